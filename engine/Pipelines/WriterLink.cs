namespace PollIO.Pipelines;

/// <summary>What a writer and a polling core share: packets to send one way, empty packets the other, and who has ended.</summary>
internal sealed class WriterLink(int reserve)
{
    private readonly Lock _closeLock = new();
    private volatile bool _writerCompleted;
    private volatile bool _sinkCompleted;
    private volatile bool _closed;

    /// <summary>Packets to send.</summary>
    internal SpscRing<Packet> Outgoing { get; } = new(reserve);

    /// <summary>Empty packets for the writer. Consumed by the writer until it completes, then by the polling core.</summary>
    internal SpscRing<Packet> Empties { get; } = new(reserve);

    /// <summary>What a completing writer had no room for in <see cref="Outgoing"/>; the polling core's once <see cref="WriterCompleted"/>.</summary>
    internal Packet[] Last { get; private set; } = [];

    internal int LastCount { get; set; }

    /// <summary>Why nothing is sent any more, or null; valid once <see cref="SinkCompleted"/>.</summary>
    internal Exception? SinkError { get; private set; }

    internal bool WriterCompleted => _writerCompleted;

    internal bool SinkCompleted => _sinkCompleted;

    /// <summary>Packets freed by the writer's side after the polling core had left.</summary>
    internal long DiscardedAfterClose { get; private set; }

    /// <summary>Nothing will be sent any more.</summary>
    internal void CompleteSink(Exception? error)
    {
        SinkError = error;
        _sinkCompleted = true;
    }

    /// <summary>Nothing will be written any more; <paramref name="last"/> is still to be sent.</summary>
    internal void CompleteWriter(Packet[] last, int count)
    {
        Last = last;
        LastCount = count;
        _writerCompleted = true;
        CollectIfClosed();
    }

    /// <summary>The polling core has left for good: from now on what the writer hands over is freed.</summary>
    internal void Close()
    {
        _closed = true;

        // Before it the flag, after it the rings; the writer has them the other way round, and no fence between (asymmetric Dekker).
        Interlocked.MemoryBarrierProcessWide();
        Collect();
    }

    /// <summary>Called by the writer after it put packets into <see cref="Outgoing"/>.</summary>
    internal void CollectIfClosed()
    {
        if (_closed)
        {
            Collect();
        }
    }

    private void Collect()
    {
        lock (_closeLock)
        {
            DiscardedAfterClose += Drain(Outgoing);
            if (_writerCompleted)
            {
                Drain(Empties);
                PacketPool.Free(Last.AsSpan(0, LastCount));
                DiscardedAfterClose += LastCount;
                LastCount = 0;
            }
        }
    }

    private static int Drain(SpscRing<Packet> ring)
    {
        Span<Packet> packets = stackalloc Packet[32];
        int drained = 0;
        for (int count = ring.DequeueBurst(packets); count != 0; count = ring.DequeueBurst(packets))
        {
            PacketPool.Free(packets[..count]);
            drained += count;
        }

        return drained;
    }
}
