using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// Where a receive queue takes its packets from: a pool, the reset every packet gets, and a short way to the polling lcore's cache.
/// Each queue has its own and keeps it in a field.
/// </summary>
public unsafe struct PacketSource
{
    private readonly PacketTemplate _template;
    private readonly PacketPool _pool;
    private PacketCache* _cache;
    private LCoreWitness _lcore;

    /// <summary>Creates a source of packets that carry the number of <paramref name="port"/>.</summary>
    /// <param name="pool">Where the packets come from.</param>
    /// <param name="port">The receiving port.</param>
    /// <param name="length">Data bytes every packet gets, or 0 when they are set packet by packet.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length exceeds the pool's data room.</exception>
    public PacketSource(PacketPool pool, Port port, int length = 0)
        : this(pool, port.Id, length)
    {
    }

    internal PacketSource(PacketPool pool, ushort portId, int length)
    {
        _pool = pool;
        _template = pool.CreateTemplate(portId, length);
    }

    /// <summary>Takes packets and resets each, in one pass.</summary>
    /// <returns>How many there were; fewer than asked for only when the pool ran dry.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(Span<Packet> packets)
    {
        PacketCache* cache = _cache;
        if (PacketTracking.Enabled || packets.Length != 1 || !_lcore.Holds || cache->Count == 0)
        {
            return TakeMany(packets);
        }

        int count = cache->Count - 1;
        cache->Count = count;

        // SAFETY: the cache held a handle, as tested above.
        Packet packet = PacketCache.Handles(cache)[count];
        MemoryMarshal.GetReference(packets) = packet;
        _template.Apply(packet);
        return 1;
    }

    /// <summary>Takes one packet and resets it.</summary>
    /// <returns>Whether the pool had one.</returns>
    public bool TryTake(out Packet packet)
    {
        packet = default;
        return Take(new Span<Packet>(ref packet)) == 1;
    }

    /// <summary>
    /// The general way. Kept out of line so that what a burst of one pays, inlined into the caller's loop, is straight code that
    /// leaves the registers to the caller; a longer burst pays one call.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeMany(Span<Packet> packets)
    {
        PacketCache* cache = _cache;
        if (PacketTracking.Enabled || !_lcore.Holds || (uint)(packets.Length - 1) >= (uint)cache->Count)
        {
            return TakeSlow(packets);
        }

        int count = cache->Count - packets.Length;
        cache->Count = count;

        // SAFETY: the cache held as many handles as the span has room, at least one, as tested above.
        Packet* handles = PacketCache.Handles(cache) + count;
        PacketTemplate template = _template;
        nint i = 0;
        do
        {
            Packet packet = handles[i];
            Unsafe.Add(ref MemoryMarshal.GetReference(packets), i) = packet;
            template.Apply(packet);
        }
        while (++i < packets.Length);

        return packets.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TakeSlow(Span<Packet> packets)
    {
        int count = _pool.AllocateRaw(packets);
        foreach (Packet packet in packets[..count])
        {
            _template.Apply(packet);
        }

        _cache = _pool.CurrentCache;
        _lcore = _cache == null ? default : LCoreWitness.Current;
        return count;
    }
}
