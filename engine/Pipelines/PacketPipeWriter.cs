using System.IO.Pipelines;

namespace PollIO.Pipelines;

/// <summary>
/// Writes packets into packet buffers: <see cref="GetMemory"/> gives a buffer's own tail room, <see cref="Advance"/> sets its length,
/// <see cref="EndPacket"/> ends the packet, and <see cref="FlushAsync"/> hands all ended packets to the polling core, which sends them.
/// </summary>
/// <remarks>
/// As with every <see cref="PipeWriter"/>, one writer at a time; <see cref="CancelPendingFlush"/> may come from any thread. The writer
/// holds a reserve of empty packets. A flush completes once half of it is there again; what is written between two flushes may use that
/// many buffers and forward that many packets (<see cref="PacketPipeOptions.Reserve"/> ÷ 2).
/// </remarks>
public sealed partial class PacketPipeWriter : PipeWriter
{
    internal const int LocalEmpties = 32;

    private readonly WriterLink _link;
    private readonly PipeAwaitable<FlushOperation, FlushResult> _flush;
    private readonly PacketPool _pool;
    private readonly int _reserve;
    private readonly int _resume;
    private readonly Packet[] _empties = new Packet[LocalEmpties];
    private readonly Packet[] _batch;
    private int _emptyCount;
    private int _batchCount;
    private int _handedOver;
    private long _unflushed;
    private Packet _open;
    private Packet _last;
    private Packet _spare;
    private int _room;
    private bool _completed;

    internal PacketPipeWriter(WriterLink link, PacketPool pool, PacketPipeOptions options)
    {
        _link = link;
        _pool = pool;
        _reserve = options.Reserve;
        _resume = (options.Reserve + 1) / 2;
        _batch = new Packet[options.Reserve];
        _flush = new PipeAwaitable<FlushOperation, FlushResult>(new FlushOperation(this), link, options);
    }

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _unflushed;

    /// <summary>The exception the writer was completed with, or null.</summary>
    public Exception? CompletionError { get; private set; }

    /// <summary>Most bytes one call of <see cref="GetMemory"/> can give.</summary>
    public int MaxBuffer => _pool.DataRoom;

    /// <summary>Buffers that can be written, and packets that can be forwarded, between two flushes, whatever else happens.</summary>
    public int PacketsPerFlush => _resume;

    internal WakeUp WakeUp => _flush.WakeUp;

    /// <inheritdoc/>
    /// <remarks>The tail room of the open packet, or of a new one; a hint beyond the tail room goes on in a chained buffer.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The hint is negative, or larger than a buffer (<see cref="MaxBuffer"/>).</exception>
    /// <exception cref="InvalidOperationException">The writer is completed, or the reserve is used up and a flush is due.</exception>
    public override unsafe Memory<byte> GetMemory(int sizeHint = 0)
    {
        Packet target = Prepare(sizeHint);
        Memory<byte> memory = _pool.TailroomOf(target.Pointer);
        _room = memory.Length;
        return memory;
    }

    /// <inheritdoc cref="GetMemory"/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">More than the memory given had room for.</exception>
    public override void Advance(int bytes)
    {
        ThrowIfCompleted();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)_room, nameof(bytes));
        if (bytes == 0)
        {
            return;
        }

        if (!_spare.IsNull)
        {
            Link();
        }

        // The last segment's own tail room, which Prepare has measured: the chain need not be walked.
        _last.Metadata.DataLength += (ushort)bytes;
        _open.Metadata.PacketLength += (uint)bytes;
        _room -= bytes;
        _unflushed += bytes;
    }

    /// <summary>Ends the open packet; what is written next belongs to another.</summary>
    /// <returns>The packet, writable until the flush (its TX flags, for one); null when none was open.</returns>
    public Packet EndPacket()
    {
        ThrowIfCompleted();
        return End();
    }

    /// <summary>
    /// Sends a received packet on with the next flush: no copy, and no reference count is touched. The reader's next
    /// <see cref="PacketPipeReader.AdvanceTo(SequencePosition)"/> has to consume it.
    /// </summary>
    /// <returns>The packet, writable until the flush.</returns>
    /// <exception cref="InvalidOperationException">
    /// The packet is no longer its reader's, whole segments of it are consumed, or as many packets as fit are waiting for a flush.
    /// </exception>
    public Packet Forward(in PacketView packet)
    {
        EndBefore();
        if (packet.First is null)
        {
            throw new ArgumentException("the view is empty", nameof(packet));
        }

        Packet taken = packet.First.Reader.Detach(in packet);
        Add(taken, packet.Length);
        return taken;
    }

    /// <summary>Sends a packet the caller owns with the next flush. It is the writer's from here on.</summary>
    /// <exception cref="InvalidOperationException">The writer is completed, or as many packets as fit are waiting for a flush.</exception>
    public void Write(Packet packet)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(packet.IsNull, true, nameof(packet));
        EndBefore();
        Add(packet, packet.Length);
    }

    /// <inheritdoc/>
    /// <remarks>An open packet is ended and sent with the others; the empty packets go back to their pool.</remarks>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        End();
        _completed = true;
        CompletionError = exception;
        if (!_spare.IsNull)
        {
            _spare.Free();
            _spare = default;
        }

        PacketPool.Free(_empties.AsSpan(0, _emptyCount));
        _emptyCount = 0;
        HandOver();
        _batch.AsSpan(_handedOver, _batchCount - _handedOver).CopyTo(_batch);
        _link.CompleteEnd(_batch, _batchCount - _handedOver);
        _unflushed = 0;
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
        {
            PipeThrow.WritingAfterCompleted();
        }
    }

    private Packet Prepare(int sizeHint)
    {
        ThrowIfCompleted();
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeHint, _pool.DataRoom);
        if (_flush.IsPending)
        {
            PipeThrow.AlreadyFlushing();
        }

        if (_open.IsNull && _batchCount == _batch.Length)
        {
            PipeThrow.ReserveUsedUp(_reserve);
        }

        if (!_spare.IsNull)
        {
            return _spare;
        }

        if (_open.IsNull || _last.Tailroom < Math.Max(1, sizeHint))
        {
            // Not part of anything before a byte is in it.
            return _spare = TakeEmpty();
        }

        return _last;
    }

    private Packet TakeEmpty()
    {
        if (_emptyCount == 0)
        {
            _emptyCount = _link.Empties.DequeueBurst(_empties);
            if (_emptyCount == 0)
            {
                PipeThrow.ReserveUsedUp(_reserve);
            }
        }

        return _empties[--_emptyCount];
    }

    private unsafe void Link()
    {
        if (_open.IsNull)
        {
            _open = _spare;
        }
        else
        {
            _last.Pointer->Next = _spare.Pointer;
            _open.Metadata.SegmentCount++;
        }

        _last = _spare;
        _spare = default;
    }

    private Packet End()
    {
        _room = 0;
        Packet ended = _open;
        if (!ended.IsNull)
        {
            _batch[_batchCount++] = ended;
            _open = default;
            _last = default;
        }

        return ended;
    }

    private void EndBefore()
    {
        ThrowIfCompleted();
        if (_flush.IsPending)
        {
            PipeThrow.AlreadyFlushing();
        }

        End();
        if (_batchCount == _batch.Length)
        {
            PipeThrow.ReserveUsedUp(_reserve);
        }
    }

    private void Add(Packet packet, int bytes)
    {
        _batch[_batchCount++] = packet;
        _unflushed += bytes;
    }

    /// <summary>Gives the polling core what fits into the ring.</summary>
    private void HandOver()
    {
        _handedOver += _link.Outgoing.EnqueueBurst(_batch.AsSpan(_handedOver, _batchCount - _handedOver));
        _link.CollectIfClosed();
        if (_handedOver == _batchCount)
        {
            _handedOver = 0;
            _batchCount = 0;
        }
    }
}
