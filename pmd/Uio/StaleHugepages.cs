using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Uio;

/// <summary>Gives back the named hugepages of processes that ended without closing their devices.</summary>
internal static class StaleHugepages
{
    /// <summary>Removes what dead processes left, unless a device of theirs may still write there.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="quiet">A function that the caller has just made quiet.</param>
    internal static void Remove(SysfsTree tree, PciAddress quiet)
    {
        foreach (HugetlbfsMount mount in HugepageInfo.Read(tree.PathOf("/")).Mounts)
        {
            foreach (string path in HugetlbfsFolder.Find(tree.PathOf(mount.Path)))
            {
                using HugetlbfsFolder? left = HugetlbfsFolder.TryTake(path);
                if (left is not null)
                {
                    Remove(tree, left, quiet);
                }
            }
        }
    }

    private static void Remove(SysfsTree tree, HugetlbfsFolder left, PciAddress quiet)
    {
        try
        {
            // Struck off one by one: each is quiet now, and may be in other hands and busy again when the next one is looked at.
            foreach (string device in left.Devices)
            {
                if (!PciAddress.TryParse(device, out PciAddress address) || address == quiet || !MayWrite(tree, address))
                {
                    left.Forget(device);
                }
            }

            if (left.Devices.Count == 0)
            {
                left.Remove();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays for the next start, whose user may have the right.
        }
    }

    /// <summary>
    /// Whether a function may still write where a dead process told it. Bus mastering is off when uio_pci_generic has let go of it
    /// (when the node closes from Linux 4.17 on, when it is unbound always), so another driver's function writes for that driver.
    /// </summary>
    private static bool MayWrite(SysfsTree tree, PciAddress address) =>
        PciInventory.Read(tree, address) is { } function
        && function.Driver is null or PciBinding.UioDriver
        && (PciInventory.ReadCommand(tree, address) & PciSpec.CommandBusMaster) != 0;
}
