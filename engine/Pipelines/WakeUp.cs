using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace PollIO.Pipelines;

/// <summary>
/// How a polling core wakes awaiting code: a flag that the awaiting side arms, and whoever exchanges armed for zero resumes it, once.
/// </summary>
/// <remarks>
/// The awaiting side arms, fences and looks again; the other side publishes, fences and looks at the flag. One of the two sees what the
/// other wrote, so no wake-up is lost. The one who resumes may find nothing to do, and arms again.
/// </remarks>
internal sealed class WakeUp : IThreadPoolWorkItem
{
    private readonly IAwaitedEnd _end;
    private readonly PipeScheduler? _scheduler;
    private Lines _lines;

    internal WakeUp(IAwaitedEnd end, PacketPipeOptions options)
    {
        _end = end;
        _scheduler = options.Scheduler;
        _lines.IsPolled = options.Delivery == PipeDelivery.Consumer;
    }

    /// <summary>Whether a consumer's lcore polls, so that nobody is to be woken and a reader on it is not to spin.</summary>
    internal bool IsPolled => _lines.IsPolled;

    /// <summary>Arms, unless the operation may proceed at once.</summary>
    /// <returns>False when the caller goes on itself; true when somebody else will resume, or already does.</returns>
    internal bool TryArm()
    {
        Volatile.Write(ref _lines.Armed, 1);

        // Before it the flag, after it what Signal's caller has published.
        MemoryOrder.FullFence();
        return !_end.MayProceed || Interlocked.Exchange(ref _lines.Armed, 0) == 0;
    }

    /// <summary>Called after something was published that the awaiting side may wait for. Never runs its code here.</summary>
    internal void Signal()
    {
        if (IsPolled)
        {
            return;
        }

        // Before it what was published, after it the flag: the other side of TryArm's fence.
        MemoryOrder.FullFence();
        if (Volatile.Read(ref _lines.Armed) != 0 && _end.MayProceed && Interlocked.Exchange(ref _lines.Armed, 0) == 1)
        {
            Schedule();
        }
    }

    /// <summary>The consumer's lcore looks whether the operation can end, and ends it.</summary>
    /// <returns>Whether awaiting code ran.</returns>
    internal bool Poll()
    {
        if (Volatile.Read(ref _lines.Armed) == 0 || !_end.MayProceed || Interlocked.Exchange(ref _lines.Armed, 0) == 0)
        {
            return false;
        }

        _end.Resume();
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _end.Resume();

    private void Schedule()
    {
        if (_scheduler is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            _scheduler.Schedule(static state => ((WakeUp)state!)._end.Resume(), this);
        }
    }

    /// <summary>What the polling core reads once a burst, on lines of its own: beside the object in memory lies what awaiting code writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Lines
    {
        [FieldOffset(128)] internal int Armed;
        [FieldOffset(256)] internal bool IsPolled;
    }
}
