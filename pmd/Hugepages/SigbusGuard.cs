namespace PollIO.Pmd.Hugepages;

/// <summary>
/// Keeps the process alive when a mapping loses its backing: a peer truncates its memfd, a BAR stops decoding. The page that was
/// touched is replaced by one of zeroes and the loss is counted, where SIGBUS would end the process.
/// </summary>
/// <remarks>
/// The signal handler is the shim's (native-vfio/src/sigbus.c), installed with the first guard and left in place. Faults outside
/// guarded ranges go to the handler that was there before: the .NET runtime's.
/// </remarks>
public static class SigbusGuard
{
    /// <summary>Ranges that can be guarded at one time in a process.</summary>
    public const int MaximumRanges = 1024;

    private const string Operation = "guard against SIGBUS";

    /// <summary>Whether ranges can be guarded; without the shim a hostile peer can end the process, and ports say so.</summary>
    public static bool IsAvailable => NativeShim.IsAvailable;

    /// <summary>Why ranges cannot be guarded, or null when they can.</summary>
    public static string? UnavailableReason => NativeShim.Problem;

    /// <summary>Guards a mapping until the result is disposed, which comes before it is unmapped.</summary>
    /// <param name="address">First byte, a multiple of <paramref name="pageSize"/>.</param>
    /// <param name="length">Bytes, a multiple of <paramref name="pageSize"/>.</param>
    /// <param name="pageSize">Page size of the mapping in bytes, a power of two: what is replaced at one fault.</param>
    /// <exception cref="PollIOException">
    /// The shim is missing, another handler has displaced the guard's, the range overlaps a guarded one, or
    /// <see cref="MaximumRanges"/> are guarded.
    /// </exception>
    public static GuardedRange Guard(nint address, nuint length, nuint pageSize) => Guard(address, length, pageSize, null);

    /// <summary>
    /// Guards a device's registers: a lost page reads as all ones, what a bus answers for a device that is gone, and
    /// <paramref name="lossDescriptor"/> is told. A register that was written after the loss reads as what was written, so a driver
    /// judges by one it only reads.
    /// </summary>
    /// <param name="address">First byte, a multiple of the system's page.</param>
    /// <param name="length">Bytes, a multiple of the system's page.</param>
    /// <param name="lossDescriptor">An eventfd that one is added to at each loss; it stays open until the result is disposed.</param>
    /// <exception cref="PollIOException">As for <see cref="Guard(nint, nuint, nuint)"/>.</exception>
    internal static GuardedRange GuardDevice(nint address, nuint length, int lossDescriptor) =>
        Guard(address, length, (nuint)Environment.SystemPageSize, lossDescriptor);

    private static GuardedRange Guard(nint address, nuint length, nuint pageSize, int? lossDescriptor)
    {
        string device = $"memory 0x{address:x}+0x{length:x}";
        NativeShim.Require(Operation, device);
        int result = NativeSigbus.Install();
        if (result == 0)
        {
            result = lossDescriptor is { } descriptor
                ? NativeSigbus.RegisterDevice((ulong)address, length, pageSize, descriptor)
                : NativeSigbus.Register((ulong)address, length, pageSize);
        }

        return result >= 0 ? new GuardedRange(result, address, length, pageSize) : throw Failure(device, -result);
    }

    private static PollIOException Failure(string device, int errno) => errno switch
    {
        Errno.EBUSY => new(Operation, device, "another library has replaced the process's SIGBUS handler", errno),
        Errno.EEXIST => new(Operation, device, "the range overlaps one that is guarded already", errno),
        Errno.ENOSPC => new(Operation, device, $"{MaximumRanges} ranges are guarded already", errno),
        Errno.EINVAL => new(Operation, device, "address and length must be multiples of the page size, a power of two", errno),
        _ => new(Operation, device, "the signal handler cannot be installed", errno),
    };
}
