using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>
/// A descriptor to wait on that stays, while the eventfd behind it comes and goes with the peer it belongs to; besides, it can be
/// signalled from here.
/// </summary>
/// <remarks>
/// An epoll instance, edge-triggered: a peer may make its eventfd one that blocks at any time, so that it is never read here.
/// </remarks>
internal sealed unsafe partial class EventWatch : IWakeUp, IDisposable
{
    private const int EPOLL_CLOEXEC = 0x80000;
    private const int EPOLL_CTL_ADD = 1;
    private const int EPOLL_CTL_DEL = 2;
    private const uint EPOLLIN = 1;
    private const uint EPOLLET = 1u << 31;

    private readonly EventDescriptor _own;
    private int _epoll;
    private int _watched = -1;

    /// <summary>Creates one.</summary>
    /// <param name="device">The device, for errors.</param>
    /// <param name="descriptor">The eventfd to watch, or -1 for none yet; see <see cref="Watch"/>.</param>
    /// <exception cref="PollIOException">The process has no descriptor left.</exception>
    internal EventWatch(string device, int descriptor = -1)
    {
        _own = new EventDescriptor(device);
        _epoll = Create(EPOLL_CLOEXEC);
        if (_epoll < 0 || !TryAdd(_own.Number) || (descriptor >= 0 && !TryAdd(descriptor)))
        {
            int errno = Marshal.GetLastPInvokeError();
            Dispose();
            throw new PollIOException("create epoll", device, "the kernel refused", errno, "ulimit -n shows the limit of open files");
        }

        _watched = descriptor;
    }

    /// <inheritdoc/>
    public int Descriptor => _epoll;

    /// <summary>Whether there is an eventfd behind it.</summary>
    internal bool IsWatching => _watched >= 0;

    /// <summary>Watches an eventfd; it stays the caller's, who calls <see cref="Unwatch"/> before it closes it.</summary>
    /// <param name="descriptor">The eventfd, or -1.</param>
    internal void Watch(int descriptor)
    {
        if (descriptor >= 0 && TryAdd(descriptor))
        {
            _watched = descriptor;
        }
    }

    /// <summary>Watches no longer.</summary>
    internal void Unwatch()
    {
        if (_watched >= 0)
        {
            EpollEvent unused = default;
            _ = Control(_epoll, EPOLL_CTL_DEL, _watched, &unused);
            _watched = -1;
        }
    }

    /// <inheritdoc/>
    public void Signal() => _own.Signal();

    /// <inheritdoc/>
    public void Take()
    {
        const int most = 2;
        EpollEvent* events = stackalloc EpollEvent[most];
        _ = Wait(_epoll, events, most, timeoutMilliseconds: 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int epoll = Interlocked.Exchange(ref _epoll, -1);
        if (epoll >= 0)
        {
            _ = LibcSocket.Close(epoll);
        }

        _own.Dispose();
    }

    private bool TryAdd(int descriptor)
    {
        var change = new EpollEvent { Events = EPOLLIN | EPOLLET };
        return Control(_epoll, EPOLL_CTL_ADD, descriptor, &change) == 0;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int descriptor, EpollEvent* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, EpollEvent* events, int count, int timeoutMilliseconds);

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct EpollEvent
    {
        internal uint Events;
        internal ulong Data;
    }
}
