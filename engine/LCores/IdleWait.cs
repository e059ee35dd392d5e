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

    private static readonly long s_longWait = (long)(Tsc.Frequency / 1000);

    private readonly IdleStrategy _strategy;
    private readonly RxQueue[] _queues;
    private readonly Libc.PollDescriptor[] _descriptors;
    private readonly int _cpu;
    private readonly Lock _wakeLock = new();
    private int _wakeDescriptor = -1;
    private int _idlePolls;
    private bool _armed;

    internal IdleWait(LCoreOptions options)
    {
        _strategy = options.Idle;
        _cpu = options.Cpu;
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
        lock (_wakeLock)
        {
            if (_wakeDescriptor >= 0)
            {
                ulong one = 1;
                _ = Libc.Write(_wakeDescriptor, &one, sizeof(ulong));
            }
        }
    }

    /// <summary>Called after an idle poll; what it waits counts as idle.</summary>
    /// <returns>False when the slice should end, so that a stop or a completion is seen.</returns>
    internal bool Idle(ref long last, ref long idleCycles)
    {
        switch (_strategy)
        {
            case IdleStrategy.Interrupt when ++_idlePolls >= PollsBeforeSleep:
                ArmOrSleep();
                break;
            case IdleStrategy.Yield:
            case not IdleStrategy.Interrupt when LCoresOnCpu.AreSeveral(_cpu):
                _ = Libc.Yield();
                break;
            case IdleStrategy.Pause when X86Base.IsSupported:
                X86Base.Pause();
                break;
            default:
                return true;
        }

        // A thousand yields to a thread that computes would be seconds before a stop is seen.
        long now = Tsc.Read();
        long waited = now - last;
        idleCycles += waited;
        last = now;
        return _strategy != IdleStrategy.Interrupt && waited < s_longWait;
    }

    /// <summary>Called when a poll found packets after an idle one, and when the lcore ends.</summary>
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
        lock (_wakeLock)
        {
            if (_wakeDescriptor >= 0)
            {
                _ = Libc.Close(_wakeDescriptor);
                _wakeDescriptor = -1;
            }
        }
    }

    /// <summary>
    /// Arms the first time, sleeps the second. The slice ends in between, so that the lcore looks once more whether it was stopped
    /// or its queues are complete, and polls once more: a packet that came before the arming is found by that poll, one that comes
    /// later raises the interrupt. No wake-up is lost.
    /// </summary>
    private void ArmOrSleep()
    {
        if (!_armed)
        {
            for (int i = 0; i < _queues.Length; i++)
            {
                _descriptors[i] = new Libc.PollDescriptor { FileDescriptor = _queues[i].Arm(this), Events = Libc.POLLIN };
            }

            _descriptors[^1] = new Libc.PollDescriptor { FileDescriptor = _wakeDescriptor, Events = Libc.POLLIN };
            _armed = true;
            return;
        }

        fixed (Libc.PollDescriptor* descriptors = _descriptors)
        {
            _ = Libc.Poll(descriptors, (nuint)_descriptors.Length, timeoutMilliseconds: -1);
        }

        // The wake-up was for this sleep: left in place it would end every later one at once.
        ulong count;
        _ = Libc.Read(_wakeDescriptor, &count, sizeof(ulong));
        Found();
    }

    private void Disarm()
    {
        foreach (RxQueue queue in _queues)
        {
            queue.Disarm();
        }

        _armed = false;
    }
}
