using System.Buffers;
using System.IO.Pipelines;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeReader
{
    private long _minimum;

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        BeginRead(0);
        return _read.TryFinish(out result);
    }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => ReadAsync(0, cancellationToken);

    /// <inheritdoc/>
    public override void CancelPendingRead() => _read.Cancel();

    /// <inheritdoc/>
    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
        ReadAsync(minimumSize, cancellationToken);

    private ValueTask<ReadResult> ReadAsync(long minimum, CancellationToken cancellationToken)
    {
        BeginRead(minimum);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        return _read.FinishAsync(cancellationToken);
    }

    private void BeginRead(long minimum)
    {
        if (_completed)
        {
            PipeThrow.ReadingAfterCompleted();
        }

        if (_state == ReadState.Reading || _read.IsPending)
        {
            PipeThrow.AlreadyReading();
        }

        _minimum = minimum;
    }

    /// <summary>Ends the read when there is something to say: new bytes, enough of them, the end, a cancellation.</summary>
    private bool TryFinish(bool cancelled, out ReadResult result)
    {
        // Read before the ring: what was delivered before the end is in the ring by now.
        bool ended = _link.CoreCompleted;
        Take();
        bool drained = ended && _link.Delivered.Count == 0;
        bool found = _examined < _end && _end - _start >= _minimum;
        if (!found && !cancelled)
        {
            if (!drained && _heldPackets >= _maxHeld)
            {
                PipeThrow.HoldsTooMany(_maxHeld);
            }

            if (!drained)
            {
                result = default;
                return false;
            }

            // Last bytes that are too few for the minimum come before the error, too.
            if (_examined == _end && _link.CoreError is { } error)
            {
                throw error;
            }
        }

        ReadOnlySequence<byte> buffer = _segments.First is { } first
            ? new ReadOnlySequence<byte>(first, (int)(_start - first.Start), _segments.Last!, _segments.Last!.Memory.Length)
            : default;
        result = new ReadResult(buffer, cancelled, drained && _link.CoreError is null);
        _state = cancelled ? ReadState.Cancelled : ReadState.Reading;
        return true;
    }

    private readonly struct ReadOperation(PacketPipeReader reader) : IPipeOperation<ReadResult>
    {
        public bool MayProceed => reader._link.Delivered.Count != 0;

        public bool TryFinish(bool cancelled, out ReadResult result) => reader.TryFinish(cancelled, out result);
    }
}
