using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>An eventfd: others add to it, the reader is woken and takes the sum.</summary>
internal sealed unsafe partial class EventDescriptor : IDisposable
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

    /// <summary>Takes what was added.</summary>
    /// <returns>The sum; 0 when nothing was.</returns>
    internal ulong Take()
    {
        const long currentPosition = -1;
        ulong sum = 0;

        // A peer that shares it can make it one that blocks; this read does not, unless the kernel is older than 5.8.
        var vector = new LibcUnix.Vector { Base = &sum, Length = sizeof(ulong) };
        nint count = LibcUnix.ReadVector(_descriptor, &vector, 1, currentPosition, LibcUnix.RWF_NOWAIT);
        if (count < 0 && Marshal.GetLastPInvokeError() == LibcUnix.EOPNOTSUPP)
        {
            count = LibcUnix.Read(_descriptor, &sum, sizeof(ulong));
        }

        return count == sizeof(ulong) ? sum : 0;
    }

    /// <summary>Adds one.</summary>
    internal void Signal() => Signal(_descriptor);

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

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int Create(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* buffer, nuint length);
}
