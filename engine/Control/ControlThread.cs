using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>
/// The process's one thread for what is not packets: sockets, link changes, errors, interrupts. Drivers register descriptors;
/// their handlers run one after the other and may block only briefly.
/// </summary>
public sealed unsafe class ControlThread
{
    private const int MaxEvents = 16;

    private readonly ConcurrentDictionary<int, Action> _handlers = [];
    private readonly Lock _runLock = new();
    private readonly int _epoll;
    private readonly Thread _thread;

    private ControlThread()
    {
        _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        if (_epoll < 0)
        {
            throw Failure("create epoll", Marshal.GetLastPInvokeError());
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "pollio-control" };
        _thread.Start();
    }

    /// <summary>The thread, started by its first user.</summary>
    public static ControlThread Shared { get; } = new();

    /// <summary>Whether the calling thread is the control thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Calls <paramref name="handler"/> on the control thread whenever <paramref name="descriptor"/> is readable.</summary>
    /// <exception cref="PollIOException">The descriptor cannot be waited on.</exception>
    public void Register(int descriptor, Action handler)
    {
        _handlers[descriptor] = handler;
        var change = new Libc.EpollEvent { Events = Libc.EPOLLIN, Data = (ulong)descriptor };
        if (Libc.EpollControl(_epoll, Libc.EPOLL_CTL_ADD, descriptor, &change) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _handlers.TryRemove(descriptor, out _);
            throw Failure("watch descriptor", errno);
        }
    }

    /// <summary>Ends the calls for <paramref name="descriptor"/>: when it returns, none runs and none will, unless called from one.</summary>
    public void Unregister(int descriptor)
    {
        _handlers.TryRemove(descriptor, out _);
        Libc.EpollEvent change = default;
        _ = Libc.EpollControl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, &change);
        if (!IsCurrent)
        {
            // Waits for a handler that is running now.
            lock (_runLock)
            {
            }
        }
    }

    private static PollIOException Failure(string operation, int errno) =>
        new(operation, "control thread", "the kernel refused", errno, "ulimit -n shows the limit of open files");

    private void Run()
    {
        Libc.EpollEvent* events = stackalloc Libc.EpollEvent[MaxEvents];
        while (true)
        {
            int count = Libc.EpollWait(_epoll, events, MaxEvents, timeoutMilliseconds: -1);
            for (int i = 0; i < count; i++)
            {
                lock (_runLock)
                {
                    if (_handlers.TryGetValue((int)events[i].Data, out Action? handler))
                    {
                        handler();
                    }
                }
            }
        }
    }
}
