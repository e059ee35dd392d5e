using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

/// <summary>A sysfs in a folder, and a kernel behind it that binds and unbinds as Linux does.</summary>
internal sealed class FakeMachine : SysfsTree, IDisposable
{
    private const string Devices = "/sys/bus/pci/devices";
    private const string Drivers = "/sys/bus/pci/drivers";
    private const string Hierarchy = "/sys/devices/pci0000:00";

    private readonly string _root;
    private readonly Dictionary<string, string> _matches = [];

    private FakeMachine(string root)
        : base(root) => _root = root;

    /// <summary>Drivers that refuse any device from now on.</summary>
    internal HashSet<string> FailingDrivers { get; } = [];

    /// <summary>Functions a driver refuses from now on, as "address driver".</summary>
    internal HashSet<string> RefusingFunctions { get; } = [];

    /// <summary>Attributes whose writes fail, with the errno.</summary>
    internal Dictionary<string, int> FailingWrites { get; } = [];

    internal BindingRecord Record => new(Path.Join(_root, "run/bindings"));

    internal PciBinding Binding => new(this, Record);

    internal static FakeMachine Create(params string[] drivers)
    {
        var machine = new FakeMachine(Directory.CreateTempSubdirectory("pollio-sysfs-").FullName);
        foreach (string driver in drivers)
        {
            machine.Set($"{Drivers}/{driver}/unbind", "");
        }

        Directory.CreateDirectory(machine.PathOf(Devices));
        machine.Set("/sys/bus/pci/drivers_probe", "");
        return machine;
    }

    /// <summary>Adds a function that <paramref name="match"/> would drive, and does when it is bound.</summary>
    internal PciAddress Add(string address, string match, int? group = null, string? netInterface = null, bool bound = true, string id = "8086:10d3", string pciClass = "0x020000")
    {
        string folder = $"{Devices}/{address}";
        Directory.CreateDirectory(PathOf($"{Hierarchy}/{address}"));
        File.CreateSymbolicLink(PathOf(folder), PathOf($"{Hierarchy}/{address}"));
        Set(folder + "/vendor", "0x" + id[..4]);
        Set(folder + "/device", "0x" + id[5..]);
        Set(folder + "/class", pciClass);
        Set(folder + "/numa_node", "-1");
        Set(folder + "/driver_override", "(null)");
        if (group is not null)
        {
            Directory.CreateDirectory(PathOf($"/sys/kernel/iommu_groups/{group}/devices"));
            File.CreateSymbolicLink(PathOf($"/sys/kernel/iommu_groups/{group}/devices/{address}"), PathOf($"{Hierarchy}/{address}"));
            File.CreateSymbolicLink(PathOf(folder + "/iommu_group"), PathOf($"/sys/kernel/iommu_groups/{group}"));
        }

        if (netInterface is not null)
        {
            Directory.CreateDirectory(PathOf($"{folder}/net/{netInterface}"));
        }

        _matches[address] = match;
        if (bound)
        {
            Attach(address, match);
        }

        Assert.True(PciAddress.TryParse(address, out PciAddress parsed));
        return parsed;
    }

    /// <summary>Pulls a function out.</summary>
    internal void Remove(PciAddress address)
    {
        File.Delete(PathOf($"{Devices}/{address}"));
        Directory.Delete(PathOf($"{Hierarchy}/{address}"), recursive: true);
    }

    internal void Set(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text + "\n");
    }

    internal string? DriverOf(PciAddress address) => PciInventory.Read(this, address)?.Driver;

    internal string? OverrideOf(PciAddress address) => PciInventory.Read(this, address)?.Override;

    internal override int Write(string path, string text)
    {
        if (FailingWrites.TryGetValue(Path.GetFileName(path), out int errno))
        {
            return errno;
        }

        if (!FileExists(path))
        {
            return Errno.ENOENT;
        }

        switch (Path.GetFileName(path))
        {
            case "unbind":
                File.Delete(PathOf($"{Devices}/{text.Trim()}/driver"));
                return 0;
            case "drivers_probe":
                return FolderExists($"{Devices}/{text.Trim()}") ? Probe(text.Trim()) : Errno.ENODEV;
            default:
                // An attribute takes what is written as a whole, however long it was before.
                File.WriteAllText(PathOf(path), text);
                return 0;
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    // An override, where there is one, is the only driver that may have the function; a bound function stays where it is.
    private int Probe(string address)
    {
        string wanted = Read($"{Devices}/{address}/driver_override") is { } text and not ("" or "(null)") ? text : _matches[address];
        if (DriverOfName(address) is null && FolderExists($"{Drivers}/{wanted}") && !FailingDrivers.Contains(wanted) && !RefusingFunctions.Contains($"{address} {wanted}"))
        {
            Attach(address, wanted);
        }

        return 0;
    }

    private string? DriverOfName(string address) => ReadLinkName($"{Devices}/{address}/driver");

    private void Attach(string address, string driver) =>
        File.CreateSymbolicLink(PathOf($"{Devices}/{address}/driver"), PathOf($"{Drivers}/{driver}"));
}
