using System.Globalization;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Vfio;

/// <summary>A directory tree with the files of /sys and /dev that tell of PCI functions, for machines the tests do not run on.</summary>
internal sealed class FakePciTree : IDisposable
{
    internal static readonly PciAddress Nic = new(0, 3, 0, 0);

    private const string Devices = "sys/bus/pci/devices";

    internal FakePciTree()
    {
        Root = Directory.CreateTempSubdirectory("pollio-pci-").FullName;
        Sysfs = new SysfsTree(Root);
    }

    internal string Root { get; }

    internal SysfsTree Sysfs { get; }

    /// <summary>Adds a function with a driver and a group, or without.</summary>
    internal void Add(PciAddress address, string? driver, int? group, string id = "8086:10d3", int node = 0)
    {
        string folder = $"{Devices}/{address}";
        string[] ids = id.Split(':');
        Write($"{folder}/vendor", $"0x{ids[0]}\n");
        Write($"{folder}/device", $"0x{ids[1]}\n");
        Write($"{folder}/numa_node", $"{node}\n");
        if (driver is not null)
        {
            Link($"{folder}/driver", $"sys/bus/pci/drivers/{driver}");
        }

        if (group is { } number)
        {
            string members = string.Create(CultureInfo.InvariantCulture, $"sys/kernel/iommu_groups/{number}");
            Link($"{folder}/iommu_group", members);
            Link($"{members}/devices/{address}", folder);
        }
    }

    /// <summary>Lists a hugetlbfs of 2 MiB pages in /proc/mounts, and makes its folder.</summary>
    /// <returns>The folder's path.</returns>
    internal string AddHugetlbfs()
    {
        Write("proc/mounts", "proc /proc proc rw 0 0\nnodev /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0\n");
        return Directory.CreateDirectory(PathOf("dev/hugepages")).FullName;
    }

    internal string PathOf(string path) => Path.Combine(Root, path);

    internal string PathOf(PciAddress address, string name) => Path.Combine(Root, Devices, address.ToString(), name);

    internal void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Link(string path, string target)
    {
        Directory.CreateDirectory(PathOf(target));
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        Directory.CreateSymbolicLink(PathOf(path), PathOf(target));
    }
}
