using System.Globalization;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Doctor;

/// <summary>Looks at what every device needs: IOMMU, modules, hugepages, locked memory, and the container around it.</summary>
internal static class MachineChecks
{
    private const int CAP_IPC_LOCK = 14;
    private const long WantedMemory = 64L << 20;

    internal static IEnumerable<Finding> Run(SysfsTree tree, DoctorOptions options)
    {
        yield return Finding.Ok("kernel", (tree.Read("/proc/sys/kernel/osrelease") ?? "unknown").Trim());
        yield return Iommu(tree, options);
        yield return Module(tree, options);
        if (Node(tree, options) is { } node)
        {
            yield return node;
        }

        yield return Hugepages(options);
        foreach (Finding finding in HugepagesOfNodes(tree, options))
        {
            yield return finding;
        }

        yield return LockedMemory(tree, options);
        if (ReadOnlySysfs(tree) is { } readOnly)
        {
            yield return readOnly;
        }

        foreach (PciFunction function in PciInventory.Read(tree).Network)
        {
            string interfaces = function.Interfaces.Count == 0 ? "" : $", interface {string.Join(", ", function.Interfaces)}";
            string group = function.Group is { } number ? $", IOMMU group {number}" : ", no IOMMU group";
            string numa = function.NumaNode < 0 ? "" : $", NUMA node {function.NumaNode}";
            yield return Finding.Ok("network device", $"{function}{interfaces}{group}{numa}");
        }
    }

    /// <summary>The effective capabilities and a bit of them (capabilities(7)).</summary>
    internal static bool HasCapability(SysfsTree tree, int capability) =>
        ulong.TryParse(Field(tree, "/proc/self/status", "CapEff:"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask)
        && (mask >> capability & 1) != 0;

    private static Finding Iommu(SysfsTree tree, DoctorOptions options)
    {
        int groups = tree.List("/sys/kernel/iommu_groups").Count;
        return groups != 0
            ? Finding.Ok("IOMMU", $"on, {groups} groups")
            : Finding.Bad(options.NeedsVfio, "IOMMU", "none, or off: vfio: ports cannot be opened; uio: ports can, and protect nothing", IommuRemedy(tree));
    }

    // The firmware lists Intel's in the table DMAR; only root may read a table, and everybody may see that it is there.
    private static string IommuRemedy(SysfsTree tree) => tree.FileExists("/sys/firmware/acpi/tables/DMAR")
        ? BootWith(tree, "intel_iommu=on")
        : "enable VT-d or AMD-Vi in the firmware (a virtual machine gets it from its host), add intel_iommu=on (Intel) or amd_iommu=on (AMD) to the kernel's command line, and boot";

    /// <summary>How a word gets onto the kernel's command line: by command where the boot loader is GRUB with Debian's tools.</summary>
    internal static string BootWith(SysfsTree tree, string word) => tree.FileExists("/etc/default/grub")
        ? $"sudo sed -i -e 's/\\b{word.Split('=')[0]}=[^ \"]*//g' -e 's/^GRUB_CMDLINE_LINUX=\"/&{word} /' /etc/default/grub && sudo update-grub && sudo reboot"
        : $"add {word} to the kernel's command line, and boot";

    private static Finding Module(SysfsTree tree, DoctorOptions options)
    {
        string driver = options.NeedsUio ? PciBinding.UioDriver : PciBinding.VfioDriver;
        return tree.HasDriver(driver)
            ? Finding.Ok("module", $"{driver} is loaded")
            : Finding.Bad(options.NeedsVfio || options.NeedsUio, "module", $"{driver} is not loaded: no device can be given to a process with it", $"sudo modprobe {driver}");
    }

    private static Finding? Node(SysfsTree tree, DoctorOptions options)
    {
        const string Container = "/dev/vfio/vfio";
        if (!tree.FileExists(Container))
        {
            return tree.HasDriver(PciBinding.VfioDriver)
                ? Finding.Bad(options.NeedsVfio, "VFIO node", $"there is no {Container}, though the module is loaded: this is a container without it", "start the container with --device /dev/vfio/vfio")
                : null;
        }

        return tree.MayOpen(Container)
            ? Finding.Ok("VFIO node", $"{Container} may be opened")
            : Finding.Bad(options.NeedsVfio, "VFIO node", $"this user may not open {Container}", $"sudo chmod 666 {Container}");
    }

    private static Finding Hugepages(DoctorOptions options)
    {
        HugepageInfo info = HugepageInfo.Read(options.Root);
        bool needed = options.NeedsVfio || options.NeedsUio;
        if (info.Pools.Count == 0)
        {
            return Finding.Bad(needed, "hugepages", "this kernel, or this container, has none");
        }

        HugepagePool[] filled = [.. info.Pools.Where(pool => pool.Available > 0)];
        if (!filled.Any(pool => pool.Available * pool.PageSize >= WantedMemory))
        {
            string free = filled.Length == 0 ? "none is free" : $"only {AvailableIn(filled)} are free";
            return Finding.Bad(
                needed, "hugepages", $"{free}: ports of devices have no memory, others pay more misses of the TLB", $"sudo pollio hugepages {info.ReserveArguments(info.Pools[0].PageSize, WantedMemory)}");
        }

        if (options.NeedsUio && !info.Mounts.Any(mount => mount.PageSize == HugepageAllocator.TwoMegabytes))
        {
            return Finding.Problem("hugepages", "no hugetlbfs of 2M pages is mounted: uio: ports keep packets in its files", "sudo pollio hugepages --pagesize 2M --mount");
        }

        string mounts = info.Mounts.Count == 0 ? "no hugetlbfs mounted, which only uio: ports need" : $"mounted on {string.Join(", ", info.Mounts.Select(mount => mount.Path))}";
        return Finding.Ok("hugepages", $"{AvailableIn(filled)} free; {mounts}");
    }

    // Memory on another node than the device costs every packet a way across.
    private static IEnumerable<Finding> HugepagesOfNodes(SysfsTree tree, DoctorOptions options)
    {
        HugepageInfo info = HugepageInfo.Read(options.Root);
        int[] nodes = [.. info.NodePools.Select(pool => pool.NumaNode).Distinct()];
        if (nodes.Length < 2)
        {
            yield break;
        }

        foreach (int node in nodes)
        {
            HugepagePool[] filled = [.. info.NodePools.Where(pool => pool.NumaNode == node && pool.Available > 0)];
            bool wanted = PciAddress.TryParse(options.Port?.Address, out PciAddress address) && PciInventory.Read(tree, address)?.NumaNode == node;
            yield return filled.Length != 0 || !wanted
                ? Finding.Ok("hugepages", $"NUMA node {node}: {(filled.Length == 0 ? "none" : AvailableIn(filled))} free")
                : Finding.Warning(
                    "hugepages",
                    $"NUMA node {node}, where the device is, has none free: packets are kept on another node",
                    $"sudo pollio hugepages {info.ReserveArguments(info.Pools[0].PageSize, WantedMemory, node)}");
        }
    }

    private static string AvailableIn(IEnumerable<HugepagePool> pools) =>
        string.Join(", ", pools.Select(pool => $"{pool.Available} of {HugepageInfo.FormatSize(pool.PageSize)}"));

    private static Finding LockedMemory(SysfsTree tree, DoctorOptions options)
    {
        const string Name = "Max locked memory";
        string[] limits = (Field(tree, "/proc/self/limits", Name) ?? "unlimited").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (limits[0] == "unlimited" || HasCapability(tree, CAP_IPC_LOCK))
        {
            return Finding.Ok("locked memory", "unlimited");
        }

        long limit = long.TryParse(limits[0], NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : 0;
        return limit >= WantedMemory
            ? Finding.Ok("locked memory", $"{limit >> 20} MiB")
            : Finding.Bad(
                options.NeedsVfio, "locked memory", $"limited to {limit >> 10} KiB: VFIO locks what a device may reach, at least {WantedMemory >> 20} MiB", "sudo prlimit --pid $$ --memlock=unlimited:unlimited");
    }

    private static Finding? ReadOnlySysfs(SysfsTree tree) =>
        (tree.Read("/proc/mounts") ?? "").Split('\n').Select(line => line.Split(' '))
            .Any(fields => fields.Length > 3 && fields[1] == "/sys" && fields[3].Split(',').Contains("ro"))
            ? Finding.Warning("container", "/sys is read-only: drivers cannot be changed from here", "run pollio devbind on the host, or start the container with --privileged")
            : null;

    /// <summary>The rest of the line that begins with a name.</summary>
    private static string? Field(SysfsTree tree, string path, string name) =>
        (tree.Read(path) ?? "").Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
}
