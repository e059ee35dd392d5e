using System.Buffers;
using System.IO.Pipelines;

namespace PollIO.Pipelines;

/// <summary>
/// Reads received packets as a <see cref="ReadOnlySequence{T}"/> whose segments are the packet buffers themselves: nothing is copied,
/// nothing is allocated. As with every <see cref="PipeReader"/>, one read at a time; <see cref="CancelPendingRead"/> may come from any
/// thread.
/// </summary>
/// <remarks>
/// The sequence keeps packet boundaries: <see cref="TryReadPacket"/> takes packet by packet. Packets go back to their pool when
/// <see cref="AdvanceTo(SequencePosition, SequencePosition)"/> has consumed their last byte. A source that ends with an error (a device
/// that is gone) hands out all it delivered before the read that throws.
/// </remarks>
public sealed partial class PacketPipeReader : PipeReader
{
    private const int ScratchLength = 64;

    private readonly ReaderLink _link;
    private readonly PipeAwaitable<ReadOperation, ReadResult> _read;
    private readonly int _maxHeld;
    private readonly Packet[] _scratch = new Packet[ScratchLength];
    private SegmentList _segments;
    private int _heldPackets;
    private long _start;
    private long _examined;
    private long _end;
    private long _takenEnd;
    private ReadState _state;
    private bool _completed;

    internal PacketPipeReader(ReaderLink link, PacketPipeOptions options)
    {
        _link = link;
        _maxHeld = options.HeldPackets;
        _read = new PipeAwaitable<ReadOperation, ReadResult>(new ReadOperation(this), link, options);
        _segments = new SegmentList(this, _maxHeld);
    }

    private enum ReadState
    {
        Idle,
        Reading,

        // A cancelled read need not be ended by AdvanceTo.
        Cancelled,
    }

    /// <summary>The exception the reader was completed with, or null.</summary>
    public Exception? CompletionError { get; private set; }

    internal WakeUp WakeUp => _read.WakeUp;

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// There is no read to end, a position lies outside the buffer or examined before consumed, or a forwarded packet was not consumed.
    /// </exception>
    /// <exception cref="ArgumentException">A position is of another reader's sequence.</exception>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_completed)
        {
            PipeThrow.ReadingAfterCompleted();
        }

        if (_state == ReadState.Idle || _read.IsPending)
        {
            PipeThrow.NoReadToEnd();
        }

        long consumedTo = Locate(consumed, nameof(consumed));
        long examinedTo = Math.Max(Locate(examined, nameof(examined)), _start);
        CheckPositions(consumedTo, examinedTo);
        if (consumedTo != _start || _heldPackets != 0)
        {
            Release(consumedTo);
        }

        _start = consumedTo;
        _examined = examinedTo;
        _state = ReadState.Idle;
    }

    /// <inheritdoc/>
    /// <remarks>Every packet the reader has goes back; the polling core stops receiving for it.</remarks>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        CompletionError = exception;
        Release(_end);
        _start = _end;
        _link.CompleteEnd();
    }

    private void CheckPositions(long consumed, long examined)
    {
        if (examined < consumed)
        {
            PipeThrow.ExaminedBeforeConsumed();
        }

        if (consumed < _start || examined > _end)
        {
            PipeThrow.OutsideBuffer();
        }

        if (consumed < _takenEnd)
        {
            PipeThrow.TakenNotConsumed();
        }
    }

    /// <summary>Where a position lies among all bytes the reader ever had. A segment that was released is before the start.</summary>
    private long Locate(SequencePosition position, string parameter)
    {
        object? owner = position.GetObject();
        if (owner is PacketSegment segment && segment.Reader == this)
        {
            return segment.Start + position.GetInteger();
        }

        // The positions of a default sequence, which is what a read without bytes gives.
        if (owner != null)
        {
            PipeThrow.ForeignSequence(parameter);
        }

        return _start;
    }

    /// <summary>Takes what was delivered into the sequence, as far as the reader may hold it.</summary>
    private void Take()
    {
        while (_heldPackets < _maxHeld)
        {
            Span<Packet> packets = _scratch.AsSpan(0, Math.Min(_maxHeld - _heldPackets, ScratchLength));
            int count = _link.Delivered.DequeueBurst(packets);
            foreach (Packet packet in packets[..count])
            {
                Append(packet);
            }

            if (count < packets.Length)
            {
                break;
            }
        }
    }

    private unsafe void Append(Packet packet)
    {
        PacketSegment? last = null;
        long end = _end;
        for (PacketMetadata* part = packet.Pointer; part != null; part = part->Next)
        {
            // A segment without bytes has no place in a sequence.
            if (part->DataLength != 0)
            {
                last = _segments.Append();
                last.Fill(packet, new Packet(part), PacketPool.FromId(part->PoolId).MemoryOf(part), end);
                end += part->DataLength;
            }
        }

        if (last is null)
        {
            _link.Spent.EnqueueBurst(new ReadOnlySpan<Packet>(in packet));
            _link.CollectIfClosed();
            return;
        }

        last.IsLast = true;
        _end = end;
        _heldPackets++;
    }

    /// <summary>Gives packets back whose last byte lies before <paramref name="consumed"/>.</summary>
    private void Release(long consumed)
    {
        PacketSegment? done = null;
        int count = 0;
        Span<Packet> spent = _scratch;
        for (PacketSegment? segment = _segments.First; segment != null && segment.End <= consumed; segment = segment == _segments.Last ? null : segment.Following)
        {
            done = segment;
            if (!segment.IsLast)
            {
                continue;
            }

            _heldPackets--;
            if (!segment.IsTaken)
            {
                spent[count++] = segment.Head;
                if (count == spent.Length)
                {
                    // It has room for the whole quota, and no more can be on their way.
                    _link.Spent.EnqueueBurst(spent);
                    count = 0;
                }
            }
        }

        if (done is null)
        {
            return;
        }

        _link.Spent.EnqueueBurst(spent[..count]);
        _segments.ReleaseThrough(done);
        _link.CollectIfClosed();
    }
}
