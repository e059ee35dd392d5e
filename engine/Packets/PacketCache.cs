namespace PollIO;

/// <summary>One lcore's stack of free packets; only that lcore touches it. The handles follow the header.</summary>
internal unsafe struct PacketCache
{
    /// <summary>Bytes before the handles: a cache line of its own.</summary>
    internal const int HeaderSize = 64;

    internal int Count;
    internal int Capacity;

    internal static Packet* Handles(PacketCache* cache) => (Packet*)((byte*)cache + HeaderSize);
}
