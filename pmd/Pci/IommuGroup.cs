namespace PollIO.Pmd.Pci;

/// <summary>The functions an IOMMU cannot tell apart: they are given away together or not at all (Documentation/driver-api/vfio.rst).</summary>
internal sealed class IommuGroup
{
    private static readonly string[] s_harmless = [PciBinding.VfioDriver, "pci-stub", "pcieport"];

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
    internal IEnumerable<PciFunction> Blockers => Members.Where(member => member.Driver is { } driver && !s_harmless.Contains(driver));

    /// <summary>Whether VFIO would give it away, as far as drivers are concerned.</summary>
    internal bool IsViable => !Blockers.Any();

    /// <summary>The node that gives access to the group.</summary>
    internal string Node => $"/dev/vfio/{Number}";

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
    /// <remarks>When no driver stands in the way, VFIO's refusal can only mean that a device is in use otherwise.</remarks>
    internal PollIOException NotViable(string device, string operation)
    {
        PciFunction[] blockers = [.. Blockers];
        return blockers.Length == 0
            ? new PollIOException(operation, device, $"IOMMU group {Number} is not viable: another user holds one of its devices, {string.Join(", ", Members)}")
            : new PollIOException(operation, device, ReasonOf(blockers), remedy: RemedyFor(blockers));
    }

    private static string RemedyFor(PciFunction[] blockers) =>
        "take these too: " + string.Join(" && ", blockers.Select(CommandToTake));

    // A bridge can be given to nobody, but is harmless without a driver.
    private static string CommandToTake(PciFunction blocker) => blocker.IsBridge
        ? $"echo {blocker.Address} > {PciInventory.FolderOf(blocker.Address)}/driver/unbind"
        : PciBinding.CommandFor(blocker, PciBinding.VfioDriver);

    private string ReasonOf(PciFunction[] blockers) =>
        $"IOMMU group {Number} is not viable: the kernel still drives {string.Join(", ", blockers.Select(blocker => blocker.ToString()))} in the same group";
}
