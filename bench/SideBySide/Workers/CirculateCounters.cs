namespace PollIO.SideBySide.Workers;

/// <summary>The counters of a circulating port at one moment.</summary>
/// <param name="Seconds">The moment, on the worker's own clock.</param>
/// <param name="RxPackets">Packets received.</param>
/// <param name="TxPackets">Packets sent.</param>
/// <param name="BusyCycles">TSC ticks of polls that moved packets.</param>
/// <param name="AllocatedBytes">Managed bytes the polling thread has allocated, as of its last slice.</param>
/// <param name="Collections">Collections in the process.</param>
internal sealed record CirculateCounters(double Seconds, long RxPackets, long TxPackets, long BusyCycles, long AllocatedBytes, int Collections);
