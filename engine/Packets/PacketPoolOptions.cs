namespace PollIO;

/// <summary>The shape of a <see cref="PacketPool"/>.</summary>
public sealed record PacketPoolOptions
{
    // Offsets and lengths inside an element are 16 bits.
    private const int MaxElementSize = 0xFFC0;

    /// <summary>Name for messages and metrics.</summary>
    public string Name { get; init; } = "pool";

    /// <summary>Packets in the pool, 1 to 67,108,863.</summary>
    public int Count { get; init; } = 8192;

    /// <summary>Bytes kept free before received data, for headers added later; a multiple of 64.</summary>
    public int Headroom { get; init; } = 128;

    /// <summary>Bytes of data one buffer holds behind its headroom.</summary>
    public int DataRoom { get; init; } = 2048;

    /// <summary>Packets each lcore may keep to itself, 64 to 4096; 0 gives every access to the shared part.</summary>
    public int CacheSize { get; init; } = 256;

    /// <summary>NUMA node of the buffers, or -1 for any.</summary>
    public int NumaNode { get; init; } = -1;

    /// <summary>Whether to lock the buffers in memory; devices need it.</summary>
    public bool Lock { get; init; }

    /// <summary>Where the buffers come from, or null for the memory's default.</summary>
    public IDmaAllocator? Allocator { get; init; }

    /// <summary>The memory the buffers become part of.</summary>
    public DmaMemory Memory { get; init; } = DmaMemory.Shared;

    internal int ElementSize => (Headroom + DataRoom + 63) & ~63;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Count, TaggedStack.MaxCount);
        ArgumentOutOfRangeException.ThrowIfNegative(Headroom);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Headroom, MaxElementSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Headroom % 64, 0, nameof(Headroom));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DataRoom);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DataRoom, MaxElementSize - Headroom);
        ArgumentOutOfRangeException.ThrowIfNegative(CacheSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CacheSize, 4096);
        if (CacheSize is > 0 and < PacketDepot.MagazineSize)
        {
            throw new ArgumentOutOfRangeException(nameof(CacheSize), CacheSize, $"a cache holds at least {PacketDepot.MagazineSize} packets, or none");
        }
    }
}
