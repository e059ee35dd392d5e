namespace PollIO.Pmd.Pci;

/// <summary>A poll-mode driver: the functions it drives, and how it makes a port of one.</summary>
/// <param name="Name">The driver's name, for messages.</param>
/// <param name="Ids">The functions it drives.</param>
/// <param name="Open">Makes the port; from then on it owns the device, also when it throws.</param>
internal sealed record PciDriver(string Name, IReadOnlyList<PciId> Ids, Func<PortSpec, PciDevice, Port> Open);
