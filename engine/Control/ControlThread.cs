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

    private static readonly Lazy<ControlThread> s_shared = new(() => new ControlThread());

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Registration> _registrations = [];
    private readonly int _epoll;
    private readonly Thread _thread;
    private uint _lastGeneration;

    private ControlThread()
    {
        _epoll = Libc.EpollCreate(Libc.EPOLL_CLOEXEC);
        if (_epoll < 0)
        {
            throw Failure("create epoll", Marshal.GetLastPInvokeError());
        }

        // Its first user's execution context is no business of the others.
        _thread = new Thread(Run) { IsBackground = true, Name = "pollio-control" };
        _thread.UnsafeStart();
    }

    /// <summary>Raised on the control thread when a handler threw; its descriptor is not watched any more.</summary>
    public event Action<int, Exception>? HandlerFailed;

    /// <summary>The thread, started by its first user.</summary>
    public static ControlThread Shared => s_shared.Value;

    /// <summary>Whether the calling thread is the control thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Calls <paramref name="handler"/> on the control thread whenever <paramref name="descriptor"/> is readable.</summary>
    /// <param name="descriptor">What to wait on; it stays open until <see cref="Unregister"/>.</param>
    /// <param name="handler">Reads what there is. When it throws, it is called no more (<see cref="HandlerFailed"/>).</param>
    /// <param name="serializer">
    /// Held while the handler runs, or null for none. A handler that needs a lock under which <see cref="Unregister"/> may be
    /// called names it here, and takes it nowhere else: the two would wait for each other.
    /// </param>
    /// <exception cref="ArgumentException">The descriptor is registered already.</exception>
    /// <exception cref="PollIOException">The descriptor cannot be waited on.</exception>
    public void Register(int descriptor, Action handler, Lock? serializer = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_lock)
        {
            if (_registrations.ContainsKey(descriptor))
            {
                throw new ArgumentException($"descriptor {descriptor} is registered already", nameof(descriptor));
            }

            var registration = new Registration(++_lastGeneration, handler, serializer ?? new Lock());
            var change = new Libc.EpollEvent { Events = Libc.EPOLLIN, Data = ((ulong)registration.Generation << 32) | (uint)descriptor };
            if (Libc.EpollControl(_epoll, Libc.EPOLL_CTL_ADD, descriptor, &change) != 0)
            {
                throw Failure("watch descriptor", Marshal.GetLastPInvokeError());
            }

            _registrations.Add(descriptor, registration);
        }
    }

    /// <summary>
    /// Ends the calls for <paramref name="descriptor"/>: when it returns, its handler does not run and will not, unless this was
    /// called from it. A descriptor that is not registered is left alone.
    /// </summary>
    public void Unregister(int descriptor)
    {
        Registration? registration;
        lock (_lock)
        {
            if (!_registrations.Remove(descriptor, out registration))
            {
                return;
            }

            Libc.EpollEvent change = default;
            _ = Libc.EpollControl(_epoll, Libc.EPOLL_CTL_DEL, descriptor, &change);
        }

        // Waits for a call that is running now; a caller that holds the serializer itself goes through.
        lock (registration.Serializer)
        {
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
                Serve((int)(uint)events[i].Data, (uint)(events[i].Data >> 32));
            }
        }
    }

    // The thread serves every port: one port's handler must not take it from the others.
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031", Justification = "The exception surfaces as HandlerFailed.")]
    private void Serve(int descriptor, uint generation)
    {
        if (Find(descriptor, generation) is not { } registration)
        {
            return;
        }

        lock (registration.Serializer)
        {
            // Looked up again: it may have been unregistered, and its number reused, while this thread waited for the lock.
            if (Find(descriptor, generation) is null)
            {
                return;
            }

            try
            {
                registration.Handler();
            }
            catch (Exception e)
            {
                Unregister(descriptor);
                HandlerFailed?.Invoke(descriptor, e);
            }
        }
    }

    private Registration? Find(int descriptor, uint generation)
    {
        lock (_lock)
        {
            return _registrations.TryGetValue(descriptor, out Registration? found) && found.Generation == generation ? found : null;
        }
    }

    private sealed record Registration(uint Generation, Action Handler, Lock Serializer);
}
