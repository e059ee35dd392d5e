namespace PollIO.SideBySide.Dpdk;

/// <summary>What one line of <c>ring_perf_autotest</c> is about.</summary>
/// <param name="TwoCores">Whether one core put in what another took out.</param>
/// <param name="Api">"single", "burst" or "bulk".</param>
/// <param name="Size">Items a call; 1 for single.</param>
internal readonly record struct RingPerfRow(bool TwoCores, string Api, int Size);
