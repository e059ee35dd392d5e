using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>
/// Where a transmit queue gives back what it has sent: a short way to the polling lcore's cache of the pool the packets come from.
/// Each queue has its own and keeps it in a field.
/// </summary>
public unsafe struct PacketSink
{
    private ulong _ownershipWord;
    private PacketCache* _cache;
    private LCoreWitness _lcore;

    /// <summary>Gives back packets of any pool, chains whole, and counts their bytes in the same pass.</summary>
    /// <returns>Data bytes of all the packets.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Free(ReadOnlySpan<Packet> packets)
    {
        if (PacketTracking.Enabled || packets.Length != 1)
        {
            return FreeMany(packets);
        }

        // The packet vouches for the cache: while one of its pool's packets is out, the pool is there, and a pool that took a
        // former one's number came after the witness was void. Only then is the cache looked at.
        PacketCache* cache = _cache;
        Packet packet = packets[0];
        if (packet.Pointer->OwnershipWord != _ownershipWord || !_lcore.Holds || cache->Count >= cache->Capacity)
        {
            return FreeMany(packets);
        }

        int count = cache->Count;

        // SAFETY: the cache had room for a handle, as tested above.
        PacketCache.Handles(cache)[count] = packet;
        cache->Count = count + 1;
        return packet.Pointer->PacketLength;
    }

    /// <summary>The general way, out of line for the sake of bursts of one (see <see cref="PacketSource"/>).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long FreeMany(ReadOnlySpan<Packet> packets)
    {
        // The first packet vouches for the cache, as above.
        PacketCache* cache = _cache;
        if (PacketTracking.Enabled
            || packets.IsEmpty
            || packets[0].Pointer->OwnershipWord != _ownershipWord
            || !_lcore.Holds
            || cache->Count + packets.Length > cache->Capacity)
        {
            return FreeSlow(packets);
        }

        return PacketCache.TryPush(cache, _ownershipWord, packets, out long bytes) ? bytes : FreeSlow(packets);
    }

    /// <summary>Frees packet by packet, and takes the first packet's pool for the next time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long FreeSlow(ReadOnlySpan<Packet> packets)
    {
        if (packets.IsEmpty)
        {
            return 0;
        }

        // Noted before the packets are free: after that the pool may be disposed at any moment.
        PacketPool pool = PacketPool.FromId(packets[0].Pointer->PoolId);
        _ownershipWord = pool.OwnershipWord;
        _cache = pool.CurrentCache;
        _lcore = _cache == null ? default : LCoreWitness.Current;
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.Pointer->PacketLength;
        }

        PacketPool.Free(packets);
        return bytes;
    }
}
