namespace PollIO.Pmd.Pci;

/// <summary>The functions an IOMMU cannot tell apart: they are given away together or not at all (Documentation/driver-api/vfio.rst).</summary>
internal sealed class IommuGroup
{
    /// <summary>The node of the VFIO driver itself.</summary>
    internal const string ContainerNode = "/dev/vfio/vfio";

    // drivers/vfio/vfio_main.c: these leave a device alone, and those whose name begins with vfio hand it on.
    private static readonly string[] s_harmless = ["pci-stub", "pcieport"];

    private IommuGroup(int number, IReadOnlyList<PciFunction> members)
    {
        Number = number;
        Members = members;
    }

    /// <summary>The group's number; its node is /dev/vfio/NUMBER.</summary>
    internal int Number { get; }

    /// <summary>Every function in it.</summary>
    internal IReadOnlyList<PciFunction> Members { get; }

    /// <summary>Functions in the hands of a kernel driver: while there is one, VFIO calls the group not viable.</summary>
    internal IEnumerable<PciFunction> Blockers => Members.Where(member =>
        member.Driver is { } driver && !driver.StartsWith("vfio", StringComparison.Ordinal) && !s_harmless.Contains(driver));

    /// <summary>Whether VFIO would give it away, as far as drivers are concerned.</summary>
    internal bool IsViable => !Blockers.Any();

    /// <summary>The node that gives access to the group.</summary>
    internal string Node => $"/dev/vfio/{Number}";

    /// <summary>The node that there is: VFIO makes up a group, under another name, for a device without an IOMMU.</summary>
    internal string NodeIn(SysfsTree tree) => IsNoIommu(tree) ? NoIommuNode : Node;

    /// <summary>Whether VFIO made the group up.</summary>
    internal bool IsNoIommu(SysfsTree tree) => tree.FileExists(NoIommuNode);

    /// <summary>Reads a group's members.</summary>
    internal static IommuGroup Read(SysfsTree tree, int number) => new(
        number,
        [
            .. tree.List($"/sys/kernel/iommu_groups/{number}/devices")
                .Select(name => PciAddress.TryParse(name, out PciAddress address) ? PciInventory.Read(tree, address) : null)
                .OfType<PciFunction>(),
        ]);

    /// <summary>One line: whether the group is viable, and where it is not, who holds which device and the command that mends it.</summary>
    internal string Explain() => IsViable
        ? $"IOMMU group {Number} is viable: {string.Join(", ", Members)}"
        : $"{ReasonOf([.. Blockers])}; {RemedyFor([.. Blockers])}";

    /// <summary>Why the group is not viable, as one error that names its devices and who holds them.</summary>
    /// <param name="device">What was to be opened, for the message.</param>
    /// <param name="operation">What was attempted.</param>
    /// <param name="errno">The kernel's refusal, or 0.</param>
    /// <remarks>When no driver stands in the way, VFIO's refusal can only mean that a device is in use otherwise.</remarks>
    internal PollIOException NotViable(string device, string operation, int errno = 0)
    {
        PciFunction[] blockers = [.. Blockers];
        return blockers.Length == 0
            ? new PollIOException(operation, device, $"IOMMU group {Number} is not viable: another user holds one of its devices, {string.Join(", ", Members)}", errno)
            : new PollIOException(operation, device, ReasonOf(blockers), errno, RemedyFor(blockers));
    }

    private string NoIommuNode => $"/dev/vfio/noiommu-{Number}";

    private static string RemedyFor(PciFunction[] blockers) =>
        "take these too: " + string.Join(" && ", blockers.Select(CommandToTake));

    // A bridge can be given to nobody, but is harmless without a driver.
    private static string CommandToTake(PciFunction blocker) => blocker.IsBridge
        ? $"echo {blocker.Address} > {PciInventory.FolderOf(blocker.Address)}/driver/unbind"
        : PciBinding.CommandFor(blocker, PciBinding.VfioDriver);

    private string ReasonOf(PciFunction[] blockers) =>
        $"IOMMU group {Number} is not viable: the kernel still drives {string.Join(", ", blockers.Select(blocker => blocker.ToString()))} in the same group";
}
