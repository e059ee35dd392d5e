namespace PollIO.Pmd.Pci;

/// <summary>Where a function was before it was taken.</summary>
/// <param name="Driver">The kernel driver it was bound to, or null.</param>
/// <param name="Override">Its driver_override, the driver somebody had asked for by name, or null.</param>
internal readonly record struct FormerBinding(string? Driver, string? Override);
