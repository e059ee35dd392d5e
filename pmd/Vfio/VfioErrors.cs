using System.Globalization;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Vfio;

/// <summary>What VFIO's refusals mean, in one line each, with the command that mends it. What can be seen before is <see cref="Pci.HardwareCheck"/>'s.</summary>
internal static class VfioErrors
{
    internal const string Operation = "open through VFIO";

    /// <summary>What VFIO's no-IOMMU mode gives up.</summary>
    internal const string NoIommuWarning =
        "VFIO has it without an IOMMU (no-IOMMU mode): the device reaches all of the machine's memory, and so does whoever drives it; to restrain it, boot with intel_iommu=on or amd_iommu=on";

    internal static PollIOException Container(string device, int errno) => errno switch
    {
        Errno.ENOENT or Errno.ENODEV => new(
            Operation, device, "there is no /dev/vfio/vfio", errno, "sudo modprobe vfio-pci (in a container: pass the device in, docker run --device /dev/vfio/vfio)"),
        Errno.EACCES or Errno.EPERM => new(Operation, device, "this user may not open /dev/vfio/vfio", errno, "sudo chmod 666 /dev/vfio/vfio, which is its usual mode"),
        _ => new(Operation, device, "/dev/vfio/vfio cannot be opened", errno),
    };

    internal static PollIOException NoType1(string device) =>
        new(Operation, device, "the kernel's VFIO has no driver for this machine's IOMMU (TYPE1v2)", remedy: "sudo modprobe vfio_iommu_type1");

    internal static PollIOException Group(string device, string node, int errno) => errno switch
    {
        Errno.ENOENT => new(
            Operation, device, $"there is no {node}", errno, $"in a container: pass the device in, docker run --device {node}; else bind the device again"),
        Errno.EACCES => new(Operation, device, $"this user may not open {node}", errno, $"sudo chown {Environment.UserName} {node}"),
        Errno.EPERM => new(
            Operation, device, $"this user may not open {node}: a device without an IOMMU needs CAP_SYS_RAWIO", errno, "run as root, or sudo setcap cap_sys_rawio,cap_sys_admin+ep on the executable"),
        Errno.EBUSY => new(Operation, device, $"another process has {node} open", errno, $"sudo fuser -v {node} names it"),
        _ => new(Operation, device, $"{node} cannot be opened", errno),
    };

    internal static PollIOException JoinContainer(string device, int group, int errno) => errno switch
    {
        Errno.EPERM => InterruptRemapping(device, errno),
        _ => new(Operation, device, string.Create(CultureInfo.InvariantCulture, $"IOMMU group {group} cannot be put beside the process's others"), errno),
    };

    internal static PollIOException SetType(string device, int errno) => errno switch
    {
        Errno.EPERM => InterruptRemapping(device, errno),
        _ => new(Operation, device, "the IOMMU cannot be set up", errno),
    };

    internal static PollIOException OpenDevice(string device, int group, int errno) => errno switch
    {
        Errno.ENODEV => new(
            Operation, device, string.Create(CultureInfo.InvariantCulture, $"IOMMU group {group} does not hand it out"), errno, "bind it to vfio-pci again; dmesg | tail says why it was refused"),
        _ => new(Operation, device, "the device cannot be opened", errno, "dmesg | tail may say why"),
    };

    internal static PollIOException OutsideIommu(string container, DmaRegion region, string ranges) =>
        new("map for DMA", container, $"region {region} lies outside what the IOMMU translates: {ranges}");

    internal static PollIOException TooManyEntries(string container, uint limit, int errno = 0) => new(
        "map for DMA",
        container,
        string.Create(CultureInfo.InvariantCulture, $"the IOMMU driver allows {limit} regions, and as many are mapped"),
        errno,
        "use fewer and larger pools, or sudo sh -c 'echo 1000000 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit' before the process starts");

    internal static PollIOException Map(string container, DmaRegion region, uint limit, string ranges, int errno) => errno switch
    {
        Errno.ENOMEM => new(
            "map for DMA",
            container,
            $"region {region} would lock more memory than this user may ({MemoryLockLimit()}): what a device reaches is locked, hugepages included",
            errno,
            "ulimit -l unlimited in the shell that starts it (as root or by /etc/security/limits.conf), LimitMEMLOCK=infinity in a systemd unit"),
        Errno.ENOSPC => TooManyEntries(container, limit, errno),
        Errno.EINVAL => new("map for DMA", container, $"the IOMMU driver refused region {region}; it translates {ranges}", errno),
        _ => new("map for DMA", container, $"the IOMMU driver refused region {region}", errno),
    };

    private static PollIOException InterruptRemapping(string device, int errno) => new(
        Operation,
        device,
        "the IOMMU does not remap interrupts, so the device could raise any of the machine's",
        errno,
        "enable interrupt remapping in the firmware, or accept the risk: echo 1 | sudo tee /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts (for good: options vfio_iommu_type1 allow_unsafe_interrupts=1 in /etc/modprobe.d)");

    /// <summary>The soft limit as /proc/self/limits words it.</summary>
    private static string MemoryLockLimit()
    {
        const string Name = "Max locked memory";
        string? line = File.Exists("/proc/self/limits")
            ? File.ReadLines("/proc/self/limits").FirstOrDefault(candidate => candidate.StartsWith(Name, StringComparison.Ordinal))
            : null;
        string[] fields = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length == 0 ? "RLIMIT_MEMLOCK" : $"RLIMIT_MEMLOCK is {fields[0]}{(fields[0] == "unlimited" ? "" : " bytes")}";
    }
}
