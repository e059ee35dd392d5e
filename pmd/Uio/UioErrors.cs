using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Uio;

/// <summary>What keeps a device from being opened through UIO, in one line each, with the command that mends it.</summary>
internal static class UioErrors
{
    /// <summary>The kernel driver that hands devices out.</summary>
    internal const string Driver = "uio_pci_generic";

    private const string Operation = "open through UIO";

    internal static PollIOException NoDevice(string device) =>
        new(Operation, device, "there is no such PCI device", remedy: "lspci -D -nn lists them");

    internal static PollIOException NotBound(string device, PciAddress address, string? driver) =>
        new(Operation, device, driver is null ? "no driver is bound to it" : $"the kernel's driver {driver} holds it", remedy: VfioErrors.BindCommand(address, Driver));

    internal static PollIOException Translated(string device, PciAddress address) => new(
        Operation,
        device,
        "an IOMMU translates for it, so it cannot use the physical addresses that UIO works with",
        remedy: $"use vfio:{address}, which is protected too, or boot with iommu=pt");

    internal static PollIOException Node(string device, string? node, int errno) => errno switch
    {
        Errno.EACCES or Errno.EPERM => new(
            Operation, device, $"this user may not open {node}", errno, "run as root: UIO needs physical addresses and the device's files in sysfs, so a device node of one's own is not enough"),
        Errno.ENOENT => new(Operation, device, node is null ? "it has no UIO node" : $"there is no {node}", errno, "dmesg | tail may say why; in a container pass the node in, docker run --device"),
        _ => new(Operation, device, $"{node} cannot be opened", errno),
    };
}
