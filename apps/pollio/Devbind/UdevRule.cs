using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Devbind;

/// <summary>
/// A rule for udev (udev(7)) that binds functions at every boot, before or after the kernel's own driver found them, and gives the
/// nodes of their IOMMU groups to a user.
/// </summary>
internal static class UdevRule
{
    internal const string Path = "/etc/udev/rules.d/70-pollio.rules";

    internal static string Create(IReadOnlyList<PciAddress> addresses, string driver, string? user)
    {
        // In a rule %k is the function's address, and $$ a dollar of the shell's.
        const string Device = "/sys/bus/pci/devices/%k";
        string rebind = $"if [ -e {Device}/driver ]; then echo %k > {Device}/driver/unbind; fi; echo %k > /sys/bus/pci/drivers_probe";
        string give = user is null ? "" : $", RUN+=\"/bin/sh -c 'chown {user} /dev/vfio/$$(basename $$(readlink {Device}/iommu_group))'\"";
        IEnumerable<string> rules = addresses.Distinct().Select(address =>
            $"ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"{address}\", DRIVER!=\"{driver}\", ATTR{{driver_override}}=\"{driver}\", "
            + $"RUN+=\"/sbin/modprobe {driver}\", RUN+=\"/bin/sh -c '{rebind}'\"{give}");
        return string.Join('\n', rules.Prepend($"# {Path}: pollio devbind rule").Append(""));
    }
}
