using System.Globalization;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Pci;

/// <summary>Says why this process cannot have memory for a device, and the command that mends it.</summary>
internal static class MemoryCheck
{
    private const string LimitLine = "Max locked memory";

    // capability.h: who has it locks memory without a limit.
    private const int CapIpcLock = 14;

    /// <summary>Bytes this process may still lock for devices, or null when nothing limits it (proc(5): /proc/self/limits and status).</summary>
    internal static long? LockableBytes(SysfsTree tree)
    {
        if (Status(tree, "CapEff") is { } capabilities
            && ulong.TryParse(capabilities, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits)
            && (bits >> CapIpcLock & 1) != 0)
        {
            return null;
        }

        return SoftLimit(tree) is { } limit ? Math.Max(0, limit - LockedBytes(tree)) : null;
    }

    /// <summary>Checks that memory of a size can be pinned for a device; VFIO counts hugepages too.</summary>
    /// <exception cref="PollIOException">The limit on locked memory is too small.</exception>
    internal static void RequireLockable(SysfsTree tree, long bytes, string device, string operation)
    {
        if (LockableBytes(tree) < bytes)
        {
            throw MemlockTooSmall(tree, bytes, device, operation);
        }
    }

    /// <summary>Checks that there are free hugepages of whatever size for so many bytes.</summary>
    /// <exception cref="PollIOException">There are too few, or none at all.</exception>
    internal static void RequireHugepages(SysfsTree tree, long bytes, string device, string operation)
    {
        HugepageInfo info = HugepageInfo.Read(tree.PathOf("/"));
        if (!info.Pools.Any(pool => pool.Available * pool.PageSize >= Math.Max(bytes, 1)))
        {
            throw NoHugepages(info, bytes, device, operation);
        }
    }

    internal static PollIOException MemlockTooSmall(SysfsTree tree, long bytes, string device, string operation)
    {
        long total = (LockedBytes(tree) + bytes + 1023) >> 10 << 10;
        string limit = SoftLimit(tree) is { } soft ? $"the limit on locked memory is {soft >> 10} KiB" : "the kernel refused to lock more memory";

        // A user raises the soft limit up to the hard one; beyond that only root can.
        string remedy = HardLimit(tree) is { } hard && hard < total
            ? "sudo prlimit --pid $$ --memlock=unlimited in the shell that starts it, or LimitMEMLOCK=infinity in its service"
            : $"ulimit -l {total >> 10} in the shell that starts it, or LimitMEMLOCK=infinity in its service";
        return new PollIOException(operation, device, $"{limit}, and {total >> 10} KiB are needed", Errno.ENOMEM, remedy);
    }

    internal static PollIOException NoHugepages(HugepageInfo info, long bytes, string device, string operation)
    {
        if (info.Pools.Count == 0)
        {
            return new PollIOException(operation, device, "the kernel offers no hugepages here", remedy: "a container needs /sys/kernel/mm/hugepages of its host");
        }

        if (info.Pools.All(pool => pool.Total == 0))
        {
            return new PollIOException(operation, device, "no hugepages are reserved", remedy: "sudo ./hugepages.sh --setup 2G");
        }

        HugepagePool largest = info.Pools.MaxBy(pool => pool.Total * pool.PageSize);
        return new PollIOException(
            operation,
            device,
            $"{bytes >> 20} MiB of hugepages are needed, and {largest.Available * largest.PageSize >> 20} MiB are free",
            remedy: info.ReserveCommand(largest.PageSize, bytes));
    }

    private static long? SoftLimit(SysfsTree tree) => Limit(tree, 0);

    private static long? HardLimit(SysfsTree tree) => Limit(tree, 1);

    // The name has blanks of its own; soft limit, hard limit and unit follow it. "unlimited" is no number.
    private static long? Limit(SysfsTree tree, int column)
    {
        string? line = Lines(tree, "/proc/self/limits").FirstOrDefault(line => line.StartsWith(LimitLine, StringComparison.Ordinal));
        string[] fields = line?[LimitLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length > column && long.TryParse(fields[column], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
    }

    private static long LockedBytes(SysfsTree tree) =>
        Status(tree, "VmLck") is { } text && long.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long kib) ? kib << 10 : 0;

    private static string? Status(SysfsTree tree, string name) =>
        Lines(tree, "/proc/self/status").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();

    private static string[] Lines(SysfsTree tree, string path) => (tree.Read(path) ?? "").Split('\n');
}
