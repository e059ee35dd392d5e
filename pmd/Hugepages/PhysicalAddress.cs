namespace PollIO.Pmd.Hugepages;

/// <summary>Physical addresses of this process's memory, for devices without an IOMMU (/proc/self/pagemap).</summary>
/// <remarks>An address stays good only while its page is a hugepage or locked: the kernel may move any other.</remarks>
public static class PhysicalAddress
{
    private const string Operation = "look up physical address";

    /// <summary>The physical address of the byte at <paramref name="address"/>.</summary>
    /// <exception cref="PollIOException">The page is not present, or the kernel hides physical addresses from this user.</exception>
    public static ulong Of(nint address)
    {
        ulong physical = 0;
        Of(address, 1, new Span<ulong>(ref physical));
        return physical;
    }

    /// <summary>Looks up addresses that stand <paramref name="stride"/> bytes apart, the page size for one of each page.</summary>
    /// <param name="address">The first address.</param>
    /// <param name="stride">Distance in bytes between two addresses.</param>
    /// <param name="physical">Receives one physical address each.</param>
    /// <exception cref="PollIOException">A page is not present, or the kernel hides physical addresses from this user.</exception>
    public static unsafe void Of(nint address, nuint stride, Span<ulong> physical)
    {
        string device = $"memory 0x{address:x}";
        NativeShim.Require(Operation, device);
        int result;

        // SAFETY: the shim writes at most physical.Length values.
        fixed (ulong* first = physical)
        {
            result = NativeMapping.PhysicalAddresses((ulong)address, stride, (uint)physical.Length, first);
        }

        if (result < 0)
        {
            throw Failure(device, -result);
        }
    }

    private static PollIOException Failure(string device, int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => new(
            Operation, device, "the kernel hides physical addresses from this user", errno, "run as root or with CAP_SYS_ADMIN; a device on VFIO with an IOMMU needs none"),
        Errno.ENOENT => new(Operation, device, "the page is not present", errno),
        _ => new(Operation, device, "/proc/self/pagemap cannot be read", errno),
    };
}
