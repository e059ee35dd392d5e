using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>A timerfd that calls a handler on the control thread at regular times.</summary>
internal sealed unsafe class TimerDescriptor : IDisposable
{
    private readonly int _descriptor;

    /// <param name="device">The port, for errors.</param>
    /// <param name="period">Time between calls.</param>
    /// <param name="handler">Called on the control thread.</param>
    /// <param name="serializer">Held while <paramref name="handler"/> runs; may be held while this is disposed.</param>
    internal TimerDescriptor(string device, TimeSpan period, Action handler, Lock serializer)
    {
        _descriptor = LibcUnix.TimerCreate(LibcUnix.CLOCK_MONOTONIC, LibcUnix.SOCK_NONBLOCK | LibcUnix.SOCK_CLOEXEC);
        if (_descriptor < 0)
        {
            throw Failure(device);
        }

        long nanoseconds = period.Ticks * TimeSpan.NanosecondsPerTick;
        var setting = new LibcUnix.TimerSetting
        {
            IntervalSeconds = nanoseconds / 1_000_000_000,
            IntervalNanoseconds = nanoseconds % 1_000_000_000,
            FirstSeconds = nanoseconds / 1_000_000_000,
            FirstNanoseconds = nanoseconds % 1_000_000_000,
        };
        if (LibcUnix.TimerSet(_descriptor, 0, &setting, null) != 0)
        {
            PollIOException failure = Failure(device);
            _ = LibcSocket.Close(_descriptor);
            throw failure;
        }

        try
        {
            ControlThread.Shared.Register(_descriptor, () => Serve(handler), serializer);
        }
        catch
        {
            _ = LibcSocket.Close(_descriptor);
            throw;
        }
    }

    public void Dispose()
    {
        ControlThread.Shared.Unregister(_descriptor);
        _ = LibcSocket.Close(_descriptor);
    }

    private static PollIOException Failure(string device) =>
        new("create timer", device, "the kernel refused", Marshal.GetLastPInvokeError(), "ulimit -n shows the limit of open files");

    private void Serve(Action handler)
    {
        ulong expirations;
        _ = LibcUnix.Read(_descriptor, &expirations, sizeof(ulong));
        handler();
    }
}
