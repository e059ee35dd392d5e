using System.Runtime.InteropServices;

namespace PollIO.Pipelines;

/// <summary>What a polling core and a reader share: packets one way, spent packets the other, and who has ended.</summary>
internal sealed class ReaderLink(int quota)
{
    private readonly Lock _closeLock = new();
    private Released _released;
    private volatile bool _sourceCompleted;
    private volatile bool _readerCompleted;
    private volatile bool _closed;

    /// <summary>Packets for the reader. Consumed by the reader until it completes, then by the polling core.</summary>
    internal SpscRing<Packet> Delivered { get; } = new(quota);

    /// <summary>Packets the reader has done with.</summary>
    internal SpscRing<Packet> Spent { get; } = new(quota);

    /// <summary>Why the source ended, or null; valid once <see cref="SourceCompleted"/>.</summary>
    internal Exception? SourceError { get; private set; }

    internal bool SourceCompleted => _sourceCompleted;

    internal bool ReaderCompleted => _readerCompleted;

    /// <summary>Packets that left the reader without coming back. Written by the reader alone.</summary>
    internal long Taken
    {
        get => Volatile.Read(ref _released.Taken);
        set => Volatile.Write(ref _released.Taken, value);
    }

    /// <summary>Nothing will be delivered any more; what was is still to be read. Called after the last delivery.</summary>
    internal void CompleteSource(Exception? error)
    {
        SourceError = error;
        _sourceCompleted = true;
    }

    /// <summary>The reader will take nothing any more.</summary>
    internal void CompleteReader()
    {
        _readerCompleted = true;
        CollectIfClosed();
    }

    /// <summary>The polling core has left for good: from now on the reader frees what it has done with.</summary>
    internal void Close()
    {
        _closed = true;

        // Before it the flag, after it the ring; the reader has them the other way round, and no fence between (asymmetric Dekker).
        Interlocked.MemoryBarrierProcessWide();
        Collect();
    }

    /// <summary>Called by the reader after it put packets into <see cref="Spent"/>.</summary>
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
            Drain(Spent);
            if (_readerCompleted)
            {
                Drain(Delivered);
            }
        }
    }

    private static void Drain(SpscRing<Packet> ring)
    {
        Span<Packet> packets = stackalloc Packet[32];
        for (int count = ring.DequeueBurst(packets); count != 0; count = ring.DequeueBurst(packets))
        {
            PacketPool.Free(packets[..count]);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Released
    {
        [FieldOffset(128)] internal long Taken;
    }
}
