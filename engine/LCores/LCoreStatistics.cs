namespace PollIO;

/// <summary>A reading of an lcore's counters, as of its last slice of about a thousand polls.</summary>
/// <param name="Polls">Polls made.</param>
/// <param name="Packets">Packets moved by them.</param>
/// <param name="BusyCycles">TSC ticks of polls that moved packets.</param>
/// <param name="IdleCycles">TSC ticks of polls that found nothing.</param>
/// <param name="AllocatedBytes">Managed bytes the thread has allocated.</param>
public readonly record struct LCoreStatistics(long Polls, long Packets, long BusyCycles, long IdleCycles, long AllocatedBytes);
