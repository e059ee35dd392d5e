namespace PollIO.SideBySide.Workers;

/// <summary>The counters of a NIC worker at one moment.</summary>
/// <param name="Seconds">The moment, on the worker's own clock.</param>
/// <param name="RxPackets">Packets received on all ports.</param>
/// <param name="TxPackets">Packets sent on all ports.</param>
/// <param name="BusyCycles">TSC ticks of polls that moved packets.</param>
/// <param name="Dropped">Packets freed because a TX ring was full.</param>
/// <param name="AllocatedBytes">Managed bytes the polling thread has allocated, as of its last slice.</param>
/// <param name="Collections">Collections in the process.</param>
/// <param name="CompiledMethods">Methods compiled so far, again at a higher tier included.</param>
internal sealed record NicCounters(
    double Seconds, long RxPackets, long TxPackets, long BusyCycles, long Dropped, long AllocatedBytes, int Collections, long CompiledMethods);
