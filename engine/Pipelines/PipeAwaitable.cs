using System.Runtime.Intrinsics.X86;
using System.Threading.Tasks.Sources;

namespace PollIO.Pipelines;

/// <summary>An end's operation as awaiting code sees it: tried at once, looked at again for a while, and then waited for. One at a time.</summary>
internal sealed class PipeAwaitable<TOperation, TResult> : IAwaitedEnd, IValueTaskSource<TResult>
    where TOperation : struct, IPipeOperation<TResult>
{
    private readonly TOperation _operation;
    private readonly PipeLink _link;
    private readonly int _spins;
    private ManualResetValueTaskSourceCore<TResult> _awaited;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _cancelled;

    internal PipeAwaitable(TOperation operation, PipeLink link, PacketPipeOptions options)
    {
        _operation = operation;
        _link = link;
        WakeUp = new WakeUp(this, options);
        _spins = WakeUp.IsPolled || Environment.ProcessorCount == 1 ? 0 : options.Spins;
    }

    /// <summary>Whether the operation is being waited for.</summary>
    internal bool IsPending { get; private set; }

    internal WakeUp WakeUp { get; }

    bool IAwaitedEnd.MayProceed => MayProceed;

    private bool MayProceed =>
        _operation.MayProceed || Volatile.Read(ref _cancelled) != 0 || _link.CoreCompleted || _token.IsCancellationRequested;

    /// <summary>Ends the operation that is pending, or else the next, as cancelled. Called by any thread.</summary>
    internal void Cancel()
    {
        Volatile.Write(ref _cancelled, 1);
        WakeUp.Signal();
    }

    /// <summary>Ends the operation if that is possible now.</summary>
    internal bool TryFinish(out TResult result)
    {
        bool cancelled = Volatile.Read(ref _cancelled) != 0 && Interlocked.Exchange(ref _cancelled, 0) != 0;
        return _operation.TryFinish(cancelled, out result);
    }

    /// <summary>Ends the operation at once or later.</summary>
    internal ValueTask<TResult> FinishAsync(CancellationToken cancellationToken)
    {
        _token = cancellationToken;
        try
        {
            if (TryFinish(out TResult result) || SpinUntilFinished(out result))
            {
                return new ValueTask<TResult>(result);
            }
        }
        catch (Exception e) when (e == _link.CoreError)
        {
            return ValueTask.FromException<TResult>(e);
        }

        return WaitAsync();
    }

    void IAwaitedEnd.Resume()
    {
        TResult result;
        try
        {
            if (!TryFinishOrArm(out result))
            {
                return;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException || e == _link.CoreError)
        {
            EndWait();
            _awaited.SetException(e);
            return;
        }

        EndWait();
        _awaited.SetResult(result);
    }

    TResult IValueTaskSource<TResult>.GetResult(short token) => _awaited.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _awaited.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _awaited.OnCompleted(continuation, state, token, flags);

    private ValueTask<TResult> WaitAsync()
    {
        _awaited.Reset();
        IsPending = true;
        short version = _awaited.Version;
        if (_token.CanBeCanceled)
        {
            _registration = _token.UnsafeRegister(static wakeUp => ((WakeUp)wakeUp!).Signal(), WakeUp);
        }

        if (!WakeUp.TryArm())
        {
            // Something came meanwhile, and it is ours to take: as if we had been woken.
            ((IAwaitedEnd)this).Resume();
        }

        return new ValueTask<TResult>(this, version);
    }

    private bool SpinUntilFinished(out TResult result)
    {
        for (int i = 0; i < _spins; i++)
        {
            if (MayProceed && TryFinish(out result))
            {
                return true;
            }

            if (X86Base.IsSupported)
            {
                X86Base.Pause();
            }
        }

        result = default!;
        return false;
    }

    private bool TryFinishOrArm(out TResult result)
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

    private void EndWait()
    {
        IsPending = false;
        _registration.Dispose();
        _registration = default;
    }
}
