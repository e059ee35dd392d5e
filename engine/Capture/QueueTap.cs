namespace PollIO.Capture;

/// <summary>The copies of one queue's packets on their way to the writer: made by the queue's lcore, taken by the writing thread.</summary>
internal sealed class QueueTap(int interfaceId, PacketDirection direction, int ringSize, PacketFilter? filter)
{
    private const int MaxBurst = 4096;

    private readonly SpscRing<Packet> _ring = new(ringSize);

    // By place in the burst; a null handle where there was no packet to copy into.
    private readonly Packet[] _copies = new Packet[MaxBurst];
    // By place in the burst, with a filter: whether it chose the packet.
    private readonly bool[] _chosen = new bool[filter is null ? 0 : MaxBurst];
    private int _copied;
    private long _seen;
    private long _filtered;
    private long _dropped;
    private long _unwritten;

    internal int InterfaceId { get; } = interfaceId;

    internal PacketDirection Direction { get; } = direction;

    /// <summary>Packets the queue moved.</summary>
    internal long Seen => Volatile.Read(ref _seen);

    /// <summary>Those of them that the filter did not choose.</summary>
    internal long Filtered => Volatile.Read(ref _filtered);

    /// <summary>Those the filter chose that are not in the capture.</summary>
    internal long Dropped => Volatile.Read(ref _dropped) + Volatile.Read(ref _unwritten);

    /// <summary>The time in nanoseconds since 1970, in steps of 100.</summary>
    internal static long Now() => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;

    /// <summary>Copies packets, stamped with the time unless the port has stamped them.</summary>
    internal void Copy(ReadOnlySpan<Packet> packets, PacketPool pool)
    {
        long now = Now();

        // A received packet may bear the time the port gave it; sent is sent now.
        bool stamped = Direction == PacketDirection.Inbound;
        _copied = packets.Length;
        int room = _ring.Capacity - _ring.Count;
        for (int i = 0; i < packets.Length; i++)
        {
            if (filter != null && !(_chosen[i] = filter.Matches(packets[i])))
            {
                _copies[i] = default;
                continue;
            }

            // Asked first: with a full ring the copy would be for nothing.
            Packet copy = room-- > 0 ? PacketCopy.TryCopy(packets[i], pool) : default;
            if (!copy.IsNull && !(stamped && (copy.Metadata.Flags & PacketFlags.Timestamp) != 0))
            {
                copy.Metadata.Timestamp = now;
            }

            _copies[i] = copy;
        }
    }

    /// <summary>Hands on the copies of the first <paramref name="count"/> packets; the queue did not move the others.</summary>
    internal void Publish(int count)
    {
        int made = 0;
        int filtered = filter is null ? 0 : _chosen.AsSpan(0, count).Count(false);
        for (int i = 0; i < _copied; i++)
        {
            Packet copy = _copies[i];
            if (copy.IsNull)
            {
                continue;
            }

            if (i < count)
            {
                _copies[made++] = copy;
            }
            else
            {
                copy.Free();
            }
        }

        int kept = _ring.EnqueueBurst(_copies.AsSpan(0, made));
        PacketPool.Free(_copies.AsSpan(kept, made - kept));
        _copied = 0;
        Volatile.Write(ref _seen, _seen + count);
        Volatile.Write(ref _filtered, _filtered + filtered);
        Volatile.Write(ref _dropped, _dropped + count - filtered - kept);
    }

    /// <summary>Takes copies to write; they are the caller's.</summary>
    internal int Take(Span<Packet> packets) => _ring.DequeueBurst(packets);

    /// <summary>Counts copies that were taken and could not be written; called by the writing thread.</summary>
    internal void CountUnwritten(long packets) => Volatile.Write(ref _unwritten, _unwritten + packets);
}
