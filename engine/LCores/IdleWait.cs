using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using PollIO.Interop;

namespace PollIO;

/// <summary>What an lcore does between idle polls: the <see cref="IdleStrategy"/> at work.</summary>
internal sealed unsafe class IdleWait : IDisposable
{
    // About 20 µs of polling before an interrupt wait: long enough to bridge the gaps of a steady stream, short enough that an
    // idle core sleeps.
    private const int PollsBeforeSleep = 256;

    private readonly IdleStrategy _strategy;
    private readonly RxQueue[] _queues;
    private readonly Libc.PollDescriptor[] _descriptors;
    private readonly int _wakeDescriptor = -1;
    private int _idlePolls;
    private bool _armed;

    internal IdleWait(LCoreOptions options)
    {
        _strategy = options.Idle;
        _queues = [.. options.InterruptQueues];
        _descriptors = GC.AllocateArray<Libc.PollDescriptor>(_queues.Length + 1, pinned: true);
        if (_strategy != IdleStrategy.Interrupt)
        {
            return;
        }

        if (Array.Find(_queues, queue => queue.InterruptDescriptor < 0) is { } without)
        {
            throw new PollIOException("sleep until packets arrive", without.Port.Name, "the port has no receive interrupts");
        }

        _wakeDescriptor = Libc.EventFd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (_wakeDescriptor < 0)
        {
            throw new PollIOException("create eventfd", "lcore", "the kernel refused", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Ends an interrupt wait from another thread.</summary>
    internal void Wake()
    {
        if (_wakeDescriptor >= 0)
        {
            ulong one = 1;
            _ = Libc.Write(_wakeDescriptor, &one, sizeof(ulong));
        }
    }

    /// <summary>Called after an idle poll.</summary>
    /// <returns>False when time was slept away and the slice should end, so that a stop is seen.</returns>
    internal bool Idle(ref long last, ref long idleCycles)
    {
        switch (_strategy)
        {
            case IdleStrategy.Pause when X86Base.IsSupported:
                X86Base.Pause();
                return true;
            case IdleStrategy.Yield:
                _ = Libc.Yield();
                return true;
            case IdleStrategy.Interrupt:
                return !TrySleep(ref last, ref idleCycles);
            default:
                return true;
        }
    }

    /// <summary>Called when a poll found packets after an idle one.</summary>
    internal void Found()
    {
        _idlePolls = 0;
        if (_armed)
        {
            Disarm();
        }
    }

    public void Dispose()
    {
        if (_wakeDescriptor >= 0)
        {
            _ = Libc.Close(_wakeDescriptor);
        }
    }

    private bool TrySleep(ref long last, ref long idleCycles)
    {
        if (++_idlePolls < PollsBeforeSleep)
        {
            return false;
        }

        if (!_armed)
        {
            // The next poll is the one after arming: a packet that came before it is found by it, one that comes later raises
            // the interrupt. Either way no wake-up is lost.
            foreach (RxQueue queue in _queues)
            {
                queue.ArmInterrupt();
            }

            _armed = true;
            return false;
        }

        for (int i = 0; i < _queues.Length; i++)
        {
            _descriptors[i] = new Libc.PollDescriptor { FileDescriptor = _queues[i].InterruptDescriptor, Events = Libc.POLLIN };
        }

        _descriptors[^1] = new Libc.PollDescriptor { FileDescriptor = _wakeDescriptor, Events = Libc.POLLIN };
        fixed (Libc.PollDescriptor* descriptors = _descriptors)
        {
            _ = Libc.Poll(descriptors, (nuint)_descriptors.Length, timeoutMilliseconds: -1);
        }

        Disarm();
        _idlePolls = 0;
        long now = Tsc.Read();
        idleCycles += now - last;
        last = now;
        return true;
    }

    private void Disarm()
    {
        foreach (RxQueue queue in _queues)
        {
            queue.DisarmInterrupt();
        }

        _armed = false;
    }
}
