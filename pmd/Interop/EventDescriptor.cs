using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>An eventfd: others add to it, the reader is woken and takes the sum.</summary>
internal sealed unsafe partial class EventDescriptor : IWakeUp, IDisposable
{
    private const int EFD_CLOEXEC = 0x80000;
    private const int EFD_NONBLOCK = 0x800;

    private int _descriptor;

    /// <summary>Creates one at zero, non-blocking and close-on-exec.</summary>
    /// <exception cref="PollIOException">The process has no descriptor left.</exception>
    internal EventDescriptor(string device)
    {
        _descriptor = Create(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (_descriptor < 0)
        {
            throw new PollIOException("create eventfd", device, "the kernel refused", Marshal.GetLastPInvokeError(), "ulimit -n shows the limit of open files");
        }
    }

    /// <summary>The descriptor, or -1 once disposed.</summary>
    internal int Number => _descriptor;

    int IWakeUp.Descriptor => _descriptor;

    /// <summary>Takes what was added.</summary>
    /// <returns>The sum; 0 when nothing was.</returns>
    internal ulong Take()
    {
        // Kernels older than 5.8 know no other way; what only this process and the kernel hold does not block.
        if (TryTake(out ulong sum) < 0 && Marshal.GetLastPInvokeError() == LibcUnix.EOPNOTSUPP
            && LibcUnix.Read(_descriptor, &sum, sizeof(ulong)) != sizeof(ulong))
        {
            return 0;
        }

        return sum;
    }

    /// <summary>Takes what was added to one that a peer holds too and may have made one that blocks; kernels older than 5.8 cannot.</summary>
    internal void Empty() => _ = TryTake(out _);

    void IWakeUp.Take() => _ = Take();

    /// <summary>
    /// Adds one. Not for one that a peer holds too, who could have filled it up and made it one that blocks: see <see cref="KernelSignal"/>.
    /// </summary>
    public void Signal() => Signal(_descriptor);

    /// <summary>Adds one to an eventfd of someone else's.</summary>
    internal static void Signal(int descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, &one, sizeof(ulong));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = LibcSocket.Close(descriptor);
        }
    }

    private nint TryTake(out ulong sum)
    {
        const long currentPosition = -1;
        ulong taken = 0;
        var vector = new LibcUnix.Vector { Base = &taken, Length = sizeof(ulong) };
        nint count = LibcUnix.ReadVector(_descriptor, &vector, 1, currentPosition, LibcUnix.RWF_NOWAIT);
        sum = taken;
        return count;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* buffer, nuint length);
}
