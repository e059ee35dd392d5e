namespace PollIO;

/// <summary>
/// A set-up or control operation failed. The message is one line that names the thing, the reason and, where the
/// system's state is the cause, the command that mends it. Traffic never throws it: packets that go wrong are counted.
/// </summary>
public sealed class PollIOException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="operation">What was attempted, for example "bind packet socket".</param>
    /// <param name="device">The thing it was attempted on: a port spec, a path, an interface.</param>
    /// <param name="reason">Why it failed, without the errno text.</param>
    /// <param name="errno">The positive errno of the system call, or 0 when none was involved.</param>
    /// <param name="remedy">What mends it, a command where there is one, or null.</param>
    /// <param name="innerException">The underlying exception, or null.</param>
    public PollIOException(string operation, string device, string reason, int errno = 0, string? remedy = null, Exception? innerException = null)
        : base(Compose(operation, device, reason, errno, remedy), innerException)
    {
        Operation = operation;
        Device = device;
        Reason = reason;
        Errno = errno;
        Remedy = remedy;
    }

    /// <summary>What was attempted.</summary>
    public string Operation { get; }

    /// <summary>The thing it was attempted on.</summary>
    public string Device { get; }

    /// <summary>Why it failed.</summary>
    public string Reason { get; }

    /// <summary>The positive errno, or 0 when no system call failed.</summary>
    public int Errno { get; }

    /// <summary>What mends it, or null when nothing general can be said.</summary>
    public string? Remedy { get; }

    private static string Compose(string operation, string device, string reason, int errno, string? remedy)
    {
        string message = $"{device}: {operation}: {reason}";
        if (errno != 0)
        {
            message += $" ({Interop.ErrnoName.Describe(errno)})";
        }

        return remedy is null ? message : $"{message}; {remedy}";
    }
}
