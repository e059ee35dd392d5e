using System.Globalization;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>What VFIO's refusals mean, in one line each, with the command that mends it.</summary>
internal static class VfioErrors
{
    private const string Operation = "open through VFIO";

    /// <summary>What VFIO's no-IOMMU mode gives up.</summary>
    internal const string NoIommuWarning =
        "VFIO has it without an IOMMU (no-IOMMU mode): the device reaches all of the machine's memory, and so does whoever drives it; to restrain it, boot with intel_iommu=on or amd_iommu=on";

    internal static PollIOException NoDevice(string device) =>
        new(Operation, device, "there is no such PCI device", remedy: "lspci -D -nn lists them");

    internal static PollIOException NotBound(string device, PciAddress address, string? driver) =>
        new(Operation, device, driver is null ? "no driver is bound to it" : $"the kernel's driver {driver} holds it", remedy: BindCommand(address, "vfio-pci"));

    internal static PollIOException NoGroup(string device, PciAddress address) => new(
        Operation,
        device,
        "it is in no IOMMU group: the machine has no IOMMU, or the kernel does not use it",
        remedy: $"boot with intel_iommu=on (AMD: on by default) and the IOMMU (VT-d, AMD-Vi) enabled in the firmware, or use uio:{address}, which protects nothing");

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

    internal static PollIOException NotViable(string device, int group, IReadOnlyList<(PciAddress Address, string Driver)> blockers, int errno = 0)
    {
        string held = string.Join(", ", blockers.Select(blocker => $"{blocker.Address} by {blocker.Driver}"));
        string reason = string.Create(CultureInfo.InvariantCulture, $"IOMMU group {group} is not viable: the devices of a group go together, and the kernel holds ");
        return blockers.Count == 0
            ? new PollIOException(Operation, device, $"{reason}others of it", errno, $"ls -l /sys/kernel/iommu_groups/{group}/devices/*/driver shows them")
            : new PollIOException(
                Operation, device, reason + held, errno, string.Join("; ", blockers.Select(blocker => BindCommand(blocker.Address, "vfio-pci"))));
    }

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

    /// <summary>What binds a function to a driver, for a shell.</summary>
    internal static string BindCommand(PciAddress address, string driver)
    {
        string device = $"/sys/bus/pci/devices/{address}";
        return $"sudo modprobe {driver}; sudo sh -c 'echo {driver} > {device}/driver_override; [ ! -e {device}/driver ] || echo {address} > {device}/driver/unbind; echo {address} > /sys/bus/pci/drivers_probe'";
    }

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
