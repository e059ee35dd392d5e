using System.Runtime.CompilerServices;

namespace PollIO;

public sealed unsafe partial class PacketPool
{
    /// <summary>Gives back packets of any pool: chains whole, shared ones when this was the last reference.</summary>
    public static void Free(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty)
        {
            return;
        }

        PacketPool pool = s_pools[packets[0].Pointer->PoolId]!;
        PacketCache* cache = pool.CurrentCache;
        if (PacketTracking.Enabled
            || cache == null
            || (cache->Count + packets.Length > cache->Capacity && !pool.TryMakeRoom(cache, packets.Length))
            || !PacketCache.TryPush(cache, pool.OwnershipWord, packets, out _))
        {
            FreeSlow(packets);
        }
    }

    /// <summary>
    /// For drivers, the counterpart of <see cref="AllocateRaw"/>: gives back packets that are known to be this pool's own, of one
    /// segment and with one reference, without looking at any (what DPDK's drivers do under the offload MBUF_FAST_FREE). A packet
    /// that is not corrupts its pool; with ownership tracking each is checked.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FreeRaw(ReadOnlySpan<Packet> packets)
    {
        PacketCache* cache = _caches[LCoreContext.Index];
        if (PacketTracking.Enabled || cache == null || cache->Count + packets.Length > cache->Capacity)
        {
            FreeRawSlow(packets, cache);
            return;
        }

        PacketCache.Push(cache, packets);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeRawSlow(ReadOnlySpan<Packet> packets, PacketCache* cache)
    {
        if (PacketTracking.Enabled || cache == null || !TryMakeRoom(cache, packets.Length))
        {
            FreeSlow(packets);
            return;
        }

        PacketCache.Push(cache, packets);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeSlow(ReadOnlySpan<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            PacketMetadata* segment = packet.Pointer;
            while (segment != null)
            {
                if (PacketTracking.Enabled)
                {
                    PacketTracking.CheckFree(segment);
                }

                // Read first: the segment belongs to somebody else once it is back in its pool.
                PacketMetadata* next = segment->Next;
                FreeSegment(segment);
                segment = next;
            }
        }
    }

    private static void FreeSegment(PacketMetadata* segment)
    {
        // A count of one is ours alone; nobody else may raise it. The interlocked decrement pairs with the one of the holder
        // that frees last, so that its return of the buffer comes after our reads.
        if (segment->ReferenceCount != 1)
        {
            int word = Interlocked.Decrement(ref segment->ReferenceWord);
            if ((ushort)word != 0)
            {
                return;
            }

            segment->ReferenceCount = 1;
        }

        segment->SegmentCount = 1;
        segment->Next = null;
        PacketPool pool = s_pools[segment->PoolId]!;
        if (PacketTracking.Enabled)
        {
            pool.Tracker!.Freed(segment);
        }

        pool.Put(new Packet(segment));
    }

    /// <summary>Moves magazines from a full cache to the shared part: a core that only frees exchanges once in 64 packets.</summary>
    /// <returns>Whether <paramref name="count"/> more packets fit now.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryMakeRoom(PacketCache* cache, int count)
    {
        if (count > cache->Capacity)
        {
            return false;
        }

        Packet* handles = PacketCache.Handles(cache);
        while (cache->Count + count > cache->Capacity && cache->Count >= PacketDepot.MagazineSize)
        {
            cache->Count -= PacketDepot.MagazineSize;
            _depot.PutMagazine(handles + cache->Count);
        }

        return cache->Count + count <= cache->Capacity;
    }

    private void Put(Packet packet)
    {
        PacketCache* cache = _caches[LCoreContext.Index];
        if (cache == null && !TryCreateCache(out cache))
        {
            _depot.PutSingles(new ReadOnlySpan<Packet>(in packet));
            return;
        }

        if (cache->Count == cache->Capacity)
        {
            TryMakeRoom(cache, 1);
        }

        PacketCache.Handles(cache)[cache->Count++] = packet;
    }
}
