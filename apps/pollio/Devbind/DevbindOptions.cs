using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Devbind;

/// <summary>What <c>pollio devbind</c> was asked for.</summary>
internal sealed record DevbindOptions
{
    /// <summary>status, bind, unbind, restore or rule.</summary>
    internal required string Action { get; init; }

    /// <summary>The functions; with restore, none means all that were changed.</summary>
    internal IReadOnlyList<PciAddress> Addresses { get; init; } = [];

    /// <summary>The driver to bind to.</summary>
    internal string Driver { get; init; } = PciBinding.VfioDriver;

    /// <summary>Whether to take the interface of the default route too.</summary>
    internal bool Force { get; init; }

    /// <summary>Whether to print JSON.</summary>
    internal bool Json { get; init; }

    /// <summary>Who is given the group's node, or null.</summary>
    internal string? User { get; init; }
}
