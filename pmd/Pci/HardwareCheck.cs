using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Pci;

/// <summary>Says why a function cannot be driven from this process, and the command that mends it.</summary>
internal static class HardwareCheck
{
    /// <summary>Looks for what would keep VFIO from opening a function, from the machine's state down to the node's owner.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="address">The function.</param>
    /// <param name="operation">What is attempted, for the message.</param>
    /// <returns>The function and its group.</returns>
    /// <exception cref="PollIOException">Something would.</exception>
    internal static (PciFunction Function, IommuGroup Group) RequireVfio(SysfsTree tree, PciAddress address, string operation)
    {
        PciFunction function = PciInventory.Read(tree, address) ?? throw NoSuchDevice(tree, address, operation);
        if (function.Group is not { } number)
        {
            throw tree.List("/sys/kernel/iommu_groups").Count == 0 ? NoIommu(address, operation) : NoGroup(address, operation);
        }

        if (function.Driver != PciBinding.VfioDriver)
        {
            throw NotBound(function, PciBinding.VfioDriver, operation);
        }

        IommuGroup group = IommuGroup.Read(tree, number);
        if (!group.IsViable)
        {
            throw group.NotViable(address.ToString(), operation);
        }

        string node = group.NodeIn(tree);
        if (!tree.FileExists(node))
        {
            throw tree.FileExists(IommuGroup.ContainerNode)
                ? new PollIOException(operation, address.ToString(), $"there is no {node}", remedy: $"in a container: pass the device in, docker run --device {node}; else bind the device again")
                : new PollIOException(operation, address.ToString(), "there is no /dev/vfio here", remedy: "modprobe vfio-pci; a container needs --device /dev/vfio");
        }

        return tree.MayOpen(node) ? (function, group) : throw NodeNotPermitted(address, node, operation);
    }

    /// <summary>Looks for what would keep UIO from opening a function.</summary>
    /// <returns>The function and the number of its /dev/uio node.</returns>
    /// <exception cref="PollIOException">Something would.</exception>
    internal static (PciFunction Function, string Node) RequireUio(SysfsTree tree, PciAddress address, string operation)
    {
        PciFunction function = PciInventory.Read(tree, address) ?? throw NoSuchDevice(tree, address, operation);
        if (function.Driver != PciBinding.UioDriver)
        {
            throw NotBound(function, PciBinding.UioDriver, operation);
        }

        if (PciInventory.IsTranslated(tree, address))
        {
            throw new PollIOException(
                operation,
                address.ToString(),
                "an IOMMU translates for it, so it cannot use the physical addresses that UIO works with",
                remedy: $"use vfio:{address}, which is protected too, or boot with iommu=pt");
        }

        string node = tree.List(PciInventory.FolderOf(address) + "/uio").FirstOrDefault(name => name.StartsWith("uio", StringComparison.Ordinal))
            ?? throw new PollIOException(operation, address.ToString(), "the kernel made no /dev/uio node for it", remedy: "the kernel log (dmesg) says why");
        string path = "/dev/" + node;
        if (!tree.MayOpen(path))
        {
            throw new PollIOException(operation, address.ToString(), $"this user may not open {path}", Errno.EACCES, "run it as root: physical addresses need that anyway");
        }

        _ = NamedHugepages.RequireMount(tree, HugepageAllocator.TwoMegabytes, operation, address.ToString());
        return (function, path);
    }

    internal static PollIOException NoSuchDevice(SysfsTree tree, PciAddress address, string operation)
    {
        PciFunction[] network = [.. PciInventory.Read(tree).Network];
        return new PollIOException(
            operation,
            address.ToString(),
            "there is no such PCI device",
            remedy: network.Length == 0 ? "this machine has no PCI network device" : $"network devices here: {string.Join(", ", network.Select(function => function.ToString()))}");
    }

    internal static PollIOException DriverNotLoaded(string driver, string operation) => new(
        operation, driver, "the kernel has no such PCI driver loaded", remedy: $"modprobe {driver}");

    internal static PollIOException NotBound(PciFunction function, string driver, string operation) => new(
        operation,
        function.Address.ToString(),
        $"it is bound to {(function.Driver is null ? "no driver" : $"the kernel's driver {function.Driver}")}{(function.Interfaces.Count == 0 ? "" : $" (interface {string.Join(", ", function.Interfaces)})")}, not to {driver}",
        remedy: PciBinding.CommandFor(function, driver));

    internal static PollIOException NoIommu(PciAddress address, string operation) => new(
        operation,
        address.ToString(),
        "the kernel has no IOMMU groups: there is no IOMMU, or it is off",
        remedy: "switch it on in the firmware and boot with intel_iommu=on (Intel) or amd_iommu=on (AMD), or use uio:" + address);

    internal static PollIOException NoGroup(PciAddress address, string operation) => new(
        operation, address.ToString(), "no IOMMU stands before this device, though the machine has one", remedy: "use another slot, or uio:" + address);

    internal static PollIOException NodeNotPermitted(PciAddress address, string node, string operation) => new(
        operation, address.ToString(), $"this user may not open {node}", Errno.EACCES, $"sudo chown {Environment.UserName} {node}");
}
