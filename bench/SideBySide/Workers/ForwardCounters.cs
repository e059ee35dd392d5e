namespace PollIO.SideBySide.Workers;

/// <summary>The counters of a forwarder at one moment.</summary>
/// <param name="Seconds">The moment, on the worker's own clock.</param>
/// <param name="RxPackets">Packets received on all ports.</param>
/// <param name="TxPackets">Packets sent on all ports.</param>
/// <param name="Dropped">Packets the forwarder freed because the TX port refused them.</param>
/// <param name="AllocatedBytes">Managed bytes the polling thread has allocated, as of its last slice.</param>
/// <param name="Collections">Collections in the process.</param>
internal sealed record ForwardCounters(double Seconds, long RxPackets, long TxPackets, long Dropped, long AllocatedBytes, int Collections);
