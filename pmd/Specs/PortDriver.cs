namespace PollIO.Pmd;

/// <summary>One entry of the factory: how specs of a driver look, and how they are opened.</summary>
/// <param name="Name">What stands before the colon.</param>
/// <param name="Address">What the address means, for messages; null when the driver takes none.</param>
/// <param name="Keys">The keys the driver takes.</param>
/// <param name="Open">Opens a port.</param>
/// <param name="AddressIsOptional">Whether the address may be left out.</param>
internal sealed record PortDriver(string Name, string? Address, string[] Keys, Func<PortSpec, Port> Open, bool AddressIsOptional = false);
