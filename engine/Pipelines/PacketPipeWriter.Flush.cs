using System.IO.Pipelines;
using System.Runtime.Intrinsics.X86;
using System.Threading.Tasks.Sources;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeWriter : IValueTaskSource<FlushResult>
{
    private ManualResetValueTaskSourceCore<FlushResult> _awaited;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _cancelled;

    bool IAwaitedEnd.MayProceed =>
        (_batchCount == _handedOver ? HasReserve : _link.Outgoing.Count <= _link.Outgoing.Capacity / 2)
        || Volatile.Read(ref _cancelled) != 0 || _link.CoreCompleted || _token.IsCancellationRequested;

    private bool HasReserve => _emptyCount + _link.Empties.Count >= _resume;

    /// <inheritdoc/>
    /// <remarks>
    /// An open packet is ended. The flush is over when the polling core has been given every packet and half of the reserve is there;
    /// that the packets are on the wire it does not say.
    /// </remarks>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_flushing)
        {
            PipeThrow.AlreadyFlushing();
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        if (_completed)
        {
            // As in System.IO.Pipelines: there is nothing to flush, and it is no error.
            return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: _link.CoreCompleted));
        }

        End();
        _token = cancellationToken;
        try
        {
            if (TryFinish(out FlushResult result) || SpinUntilFinished(out result))
            {
                return new ValueTask<FlushResult>(result);
            }
        }
        catch (Exception e) when (e == _link.CoreError)
        {
            return ValueTask.FromException<FlushResult>(e);
        }

        return WaitAsync();
    }

    /// <inheritdoc/>
    /// <remarks>The bytes are one packet, a chain when they are more than a buffer holds, or the end of the packet that is open.</remarks>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfCompleted();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        Append(source.Span);
        return FlushAsync(cancellationToken);
    }

    void IAwaitedEnd.Resume()
    {
        FlushResult result;
        try
        {
            if (!TryFinishOrArm(out result))
            {
                return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException || e == _link.CoreError)
        {
            EndWait();
            _awaited.SetException(e);
            return;
        }

        EndWait();
        _awaited.SetResult(result);
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _awaited.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _awaited.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _awaited.OnCompleted(continuation, state, token, flags);

    /// <summary>Copies bytes to the end of the open packet, into as many buffers as it takes.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = GetSpan();
            int count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Advance(count);
            bytes = bytes[count..];
        }
    }

    private ValueTask<FlushResult> WaitAsync()
    {
        _awaited.Reset();
        _flushing = true;
        short version = _awaited.Version;
        if (_token.CanBeCanceled)
        {
            _registration = _token.UnsafeRegister(static writer => ((PacketPipeWriter)writer!).WakeUp.Signal(), this);
        }

        if (!WakeUp.TryArm())
        {
            ((IAwaitedEnd)this).Resume();
        }

        return new ValueTask<FlushResult>(this, version);
    }

    private bool SpinUntilFinished(out FlushResult result)
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

    private bool TryFinishOrArm(out FlushResult result)
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

    /// <summary>Hands over what can be, and ends the flush when all was and the reserve allows more, at the end, or when cancelled.</summary>
    private bool TryFinish(out FlushResult result)
    {
        bool ended = _link.CoreCompleted;
        if (ended)
        {
            PacketPool.Free(_batch.AsSpan(_handedOver, _batchCount - _handedOver));
            _batchCount = 0;
            _handedOver = 0;
            _unflushed = 0;
        }

        HandOver();
        bool cancelled = Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0;
        if (ended && _link.CoreError is { } error && !cancelled)
        {
            throw error;
        }

        result = new FlushResult(cancelled, ended);
        if (cancelled || ended || (_batchCount == 0 && HasReserve))
        {
            // What a cancelled flush could not hand over goes with the next one, and stays unflushed.
            _unflushed = _batchCount == 0 ? 0 : _unflushed;
            return true;
        }

        return false;
    }

    private void EndWait()
    {
        _flushing = false;
        _registration.Dispose();
        _registration = default;
    }
}
