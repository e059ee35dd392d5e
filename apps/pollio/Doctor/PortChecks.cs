using PollIO.Pmd;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Doctor;

/// <summary>Looks at what one port needs beyond the machine.</summary>
internal static class PortChecks
{
    private const int CAP_NET_RAW = 13;
    private const string Operation = "open port";

    internal static IEnumerable<Finding> Run(SysfsTree tree, DoctorOptions options)
    {
        if (options.Port is not { } spec)
        {
            return [];
        }

        try
        {
            return PortFactory.DriverOf(spec).Name switch
            {
                "vfio" or "uio" => Device(tree, spec, options),
                "af_packet" => Interface(tree, spec),
                _ => [Finding.Ok("port", $"{spec} needs nothing of the machine")],
            };
        }
        catch (PollIOException e)
        {
            return [Finding.Problem("port", $"{e.Device}: {e.Reason}{(e.Remedy is null ? "" : $"; {e.Remedy}")}")];
        }
    }

    private static Finding[] Device(SysfsTree tree, PortSpec spec, DoctorOptions options)
    {
        if (!PciAddress.TryParse(spec.Address, out PciAddress address))
        {
            return [Finding.Problem("port", $"{spec}: '{spec.Address}' is no PCI address, for example 0000:03:00.0")];
        }

        try
        {
            PciFunction function = options.NeedsVfio
                ? HardwareCheck.RequireVfio(tree, address, Operation).Function
                : HardwareCheck.RequireUio(tree, address, Operation).Function;
            return [Finding.Ok("port", $"{spec} can be opened"), .. Numa(tree, function, options.Cores)];
        }
        catch (PollIOException e)
        {
            return [Finding.Problem("port", $"{e.Device}: {e.Reason}", CommandToTake(tree, address, options) ?? e.Remedy)];
        }
    }

    /// <summary>The command that gives the device, and whatever shares its group, to a process; null when drivers are not what is wrong.</summary>
    private static string? CommandToTake(SysfsTree tree, PciAddress address, DoctorOptions options)
    {
        string driver = options.NeedsVfio ? PciBinding.VfioDriver : PciBinding.UioDriver;
        if (PciInventory.Read(tree, address) is not { } function || (options.NeedsVfio && function.Group is null))
        {
            return null;
        }

        IEnumerable<PciFunction> group = options.NeedsVfio ? IommuGroup.Read(tree, function.Group!.Value).Blockers : [];
        PciFunction[] taken = [.. group.Append(function).Where(member => member.Driver != driver).DistinctBy(member => member.Address)];
        if (taken.Length == 0)
        {
            return null;
        }

        string load = tree.HasDriver(driver) ? "" : $"sudo modprobe {driver} && ";
        string unbind = string.Concat(taken.Where(member => member.IsBridge).Select(bridge => $"echo {bridge.Address} | sudo tee {PciInventory.FolderOf(bridge.Address)}/driver/unbind && "));
        string named = options.NeedsVfio ? "" : $" --driver {driver}";
        string user = options.NeedsVfio && !Environment.IsPrivilegedProcess ? " --user $USER" : "";
        return $"{load}{unbind}sudo pollio devbind bind {string.Join(' ', taken.Where(member => !member.IsBridge).Select(member => member.Address))}{named}{user}";
    }

    private static IEnumerable<Finding> Numa(SysfsTree tree, PciFunction function, IReadOnlyList<int> cores) =>
        from core in cores
        where function.NumaNode >= 0 && !tree.FolderExists($"/sys/devices/system/cpu/cpu{core}/node{function.NumaNode}")
        select Finding.Warning(
            "NUMA", $"CPU {core} is not on node {function.NumaNode}, where {function.Address} is: every packet crosses between the nodes", $"cat /sys/devices/system/node/node{function.NumaNode}/cpulist lists the CPUs to choose from");

    private static Finding[] Interface(SysfsTree tree, PortSpec spec)
    {
        if (!tree.FolderExists($"/sys/class/net/{spec.Address}"))
        {
            return [Finding.Problem("port", $"{spec}: there is no interface {spec.Address}; there are {string.Join(", ", tree.List("/sys/class/net"))}", "ip link")];
        }

        return MachineChecks.HasCapability(tree, CAP_NET_RAW)
            ? [Finding.Ok("port", $"{spec} can be opened")]
            : [Finding.Problem("port", $"{spec}: packet sockets need CAP_NET_RAW", "run the application as root (sudo), or: sudo setcap cap_net_raw+ep on its executable")];
    }
}
