using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.Intrinsics.X86;
using System.Threading.Tasks.Sources;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeReader : IValueTaskSource<ReadResult>
{
    private ManualResetValueTaskSourceCore<ReadResult> _awaited;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private long _minimum;
    private int _cancelled;

    bool IAwaitedEnd.MayProceed =>
        _link.Delivered.Count != 0 || Volatile.Read(ref _cancelled) != 0 || _link.CoreCompleted || _token.IsCancellationRequested;

    /// <inheritdoc/>
    protected override ValueTask<ReadResult> ReadAtLeastAsyncCore(int minimumSize, CancellationToken cancellationToken) =>
        ReadAsync(minimumSize, cancellationToken);

    void IAwaitedEnd.Resume()
    {
        ReadResult result;
        try
        {
            if (!TryFinishOrArm(out result))
            {
                return;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException || e == _link.CoreError)
        {
            EndWait(ReadState.Idle);
            _awaited.SetException(e);
            return;
        }

        EndWait(_state);
        _awaited.SetResult(result);
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _awaited.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _awaited.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _awaited.OnCompleted(continuation, state, token, flags);

    private ValueTask<ReadResult> ReadAsync(long minimum, CancellationToken cancellationToken)
    {
        BeginRead();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        _minimum = minimum;
        _token = cancellationToken;
        ReadResult result;
        try
        {
            if (TryFinish(out result) || SpinUntilFinished(out result))
            {
                return new ValueTask<ReadResult>(result);
            }
        }
        catch (Exception e) when (e == _link.CoreError)
        {
            return ValueTask.FromException<ReadResult>(e);
        }

        return WaitAsync();
    }

    private ValueTask<ReadResult> WaitAsync()
    {
        _awaited.Reset();
        _state = ReadState.Pending;
        short version = _awaited.Version;
        if (_token.CanBeCanceled)
        {
            _registration = _token.UnsafeRegister(static reader => ((PacketPipeReader)reader!).WakeUp.Signal(), this);
        }

        if (WakeUp.TryArm())
        {
            return new ValueTask<ReadResult>(this, version);
        }

        // Something came meanwhile, and it is ours to take: as if we had been woken.
        ((IAwaitedEnd)this).Resume();
        return new ValueTask<ReadResult>(this, version);
    }

    private bool SpinUntilFinished(out ReadResult result)
    {
        for (int i = 0; i < _spins; i++)
        {
            if (((IAwaitedEnd)this).MayProceed && TryFinish(out result))
            {
                return true;
            }

            if (X86Base.IsSupported)
            {
                X86Base.Pause();
            }
        }

        result = default;
        return false;
    }

    private bool TryFinishOrArm(out ReadResult result)
    {
        do
        {
            _token.ThrowIfCancellationRequested();
            if (TryFinish(out result))
            {
                return true;
            }
        }
        while (!WakeUp.TryArm());

        return false;
    }

    /// <summary>Ends the read when there is something to say: new bytes, enough of them, the end, a cancellation.</summary>
    private bool TryFinish(out ReadResult result)
    {
        // Read before the ring: what was delivered before the end is in the ring by now.
        bool ended = _link.CoreCompleted;
        Take();
        bool cancelled = Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0;
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

    private void EndWait(ReadState state)
    {
        _state = state;
        _registration.Dispose();
        _registration = default;
    }
}
