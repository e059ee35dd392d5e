using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>One lcore's stack of free packets; only that lcore touches it. The handles follow the header.</summary>
internal unsafe struct PacketCache
{
    /// <summary>Bytes before the handles: a cache line of its own.</summary>
    internal const int HeaderSize = 64;

    internal int Count;
    internal int Capacity;

    internal static Packet* Handles(PacketCache* cache) => (Packet*)((byte*)cache + HeaderSize);

    /// <summary>Puts packets on the stack when every one is the pool's own, unshared and of one segment. They have to fit.</summary>
    /// <param name="cache">The calling lcore's cache.</param>
    /// <param name="ownershipWord">What the pool's own packets carry (<see cref="PacketMetadata.OwnershipWord"/>).</param>
    /// <param name="packets">The packets.</param>
    /// <param name="bytes">Their data bytes.</param>
    /// <returns>False, and nothing put, when one is not.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPush(PacketCache* cache, ulong ownershipWord, ReadOnlySpan<Packet> packets, out long bytes)
    {
        // One pass: the handles are written above the stack's top while the words are compared; the new top counts only when
        // none differed.
        // SAFETY: the caller has tested that the packets fit.
        Packet* handles = Handles(cache) + cache->Count;
        ulong differences = 0;
        long sum = 0;
        nint i = 0;
        do
        {
            Packet packet = Unsafe.Add(ref MemoryMarshal.GetReference(packets), i);
            differences |= packet.Pointer->OwnershipWord ^ ownershipWord;
            sum += packet.Pointer->PacketLength;
            handles[i] = packet;
        }
        while (++i < packets.Length);

        bytes = sum;
        if (differences != 0)
        {
            return false;
        }

        cache->Count += packets.Length;
        return true;
    }
}
