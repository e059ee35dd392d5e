namespace PollIO;

/// <summary>What is asked of an <see cref="IDmaAllocator"/>; the <see cref="DmaRegion"/> says what was got.</summary>
/// <param name="Length">Bytes wanted; rounded up to whole pages.</param>
/// <param name="NumaNode">NUMA node wanted, or -1 for any.</param>
/// <param name="Lock">Whether to lock the pages in memory (needs RLIMIT_MEMLOCK); devices need it, software ports do not.</param>
public readonly record struct DmaRequest(nuint Length, int NumaNode = -1, bool Lock = false);
