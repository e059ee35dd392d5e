using PollIO.Pmd.E1000;
using PollIO.Pmd.VirtioPci;

namespace PollIO.Pmd.Pci;

/// <summary>Every poll-mode driver for PCI devices there is.</summary>
internal static class PciDrivers
{
    /// <summary>The drivers; one line each.</summary>
    internal static IReadOnlyList<PciDriver> All { get; } =
    [
        E1000Port.Driver,
        VirtioPciPort.Driver,
    ];

    /// <summary>The driver for a function, or null.</summary>
    internal static PciDriver? Find(PciId id) => All.FirstOrDefault(driver => driver.Ids.Contains(id));
}
