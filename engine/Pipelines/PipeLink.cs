namespace PollIO.Pipelines;

/// <summary>
/// What a polling core and an end of a pipe share: a ring of packets each way, who has completed, and who frees what is left once the core
/// is gone.
/// </summary>
internal abstract class PipeLink(int capacity)
{
    private readonly Lock _closeLock = new();
    private volatile bool _coreCompleted;
    private volatile bool _endCompleted;
    private volatile bool _closed;

    /// <summary>Why the polling core moves nothing any more, or null; valid once <see cref="CoreCompleted"/>.</summary>
    internal Exception? CoreError { get; private set; }

    /// <summary>The polling core delivers or sends nothing any more.</summary>
    internal bool CoreCompleted => _coreCompleted;

    /// <summary>The reader takes, or the writer writes, nothing any more.</summary>
    internal bool EndCompleted => _endCompleted;

    /// <summary>Packets the end handed over that were freed after the polling core had left.</summary>
    internal long FreedAfterClose { get; private set; }

    /// <summary>Consumed by the end until it completes, then by the polling core.</summary>
    protected SpscRing<Packet> ToEnd { get; } = new(capacity);

    protected SpscRing<Packet> ToCore { get; } = new(capacity);

    /// <summary>Called by the polling core after its last packet; what it handed over before is still to be taken.</summary>
    internal void CompleteCore(Exception? error)
    {
        CoreError = error;
        _coreCompleted = true;
    }

    /// <summary>Called by the end after its last packet.</summary>
    internal void CompleteEnd()
    {
        _endCompleted = true;
        CollectIfClosed();
    }

    /// <summary>The polling core has left for good: from now on what the end hands over is freed.</summary>
    internal void Close()
    {
        _closed = true;

        // Before it the flag, after it the rings; the end has them the other way round, and no fence between (asymmetric Dekker).
        Interlocked.MemoryBarrierProcessWide();
        Collect();
    }

    /// <summary>Called by the end after it handed packets over.</summary>
    internal void CollectIfClosed()
    {
        if (_closed)
        {
            Collect();
        }
    }

    /// <summary>Frees what a completed end left outside the rings.</summary>
    /// <returns>Packets freed.</returns>
    protected virtual int FreeRest() => 0;

    private void Collect()
    {
        lock (_closeLock)
        {
            FreedAfterClose += Drain(ToCore);
            if (_endCompleted)
            {
                Drain(ToEnd);
                FreedAfterClose += FreeRest();
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
