using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollIO;

/// <summary>One lcore's stack of free packets; only that lcore touches it. The handles follow the header.</summary>
internal unsafe struct PacketCache
{
    /// <summary>Bytes before the handles: a cache line of its own.</summary>
    internal const int HeaderSize = 64;

    internal int Count;
    internal int Capacity;

    internal static Packet* Handles(PacketCache* cache) => (Packet*)((byte*)cache + HeaderSize);

    /// <summary>Takes packets off the stack. It has to hold as many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Pop(PacketCache* cache, Span<Packet> packets)
    {
        int count = cache->Count - packets.Length;
        cache->Count = count;

        // SAFETY: the caller has tested that so many handles are there.
        Copy(ref *(Handles(cache) + count), ref MemoryMarshal.GetReference(packets), packets.Length);
    }

    /// <summary>Puts packets on the stack unseen. They have to fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Push(PacketCache* cache, ReadOnlySpan<Packet> packets)
    {
        // SAFETY: the caller has tested that they fit.
        Copy(ref MemoryMarshal.GetReference(packets), ref *(Handles(cache) + cache->Count), packets.Length);
        cache->Count += packets.Length;
    }

    /// <summary>Copies handles. Bursts are short: the call of a general copy costs as much as moving ten handles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref Packet from, ref Packet to, nint count)
    {
        for (; count >= 4 && Vector256.IsHardwareAccelerated; count -= 4)
        {
            Unsafe.As<Packet, Vector256<ulong>>(ref to) = Unsafe.As<Packet, Vector256<ulong>>(ref from);
            to = ref Unsafe.Add(ref to, 4);
            from = ref Unsafe.Add(ref from, 4);
        }

        for (; count > 0; count--)
        {
            to = from;
            to = ref Unsafe.Add(ref to, 1);
            from = ref Unsafe.Add(ref from, 1);
        }
    }

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
