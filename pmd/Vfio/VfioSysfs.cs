using System.Globalization;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>What opening a PCI function needs to know of it from sysfs, and the device nodes that belong to it.</summary>
internal sealed class VfioSysfs
{
    private const string Devices = "sys/bus/pci/devices";

    private readonly string _root;

    /// <param name="root">Where sys and dev are; "/" but in tests.</param>
    internal VfioSysfs(string root = "/") => _root = root;

    /// <summary>The node of the VFIO driver.</summary>
    internal string ContainerNode => Path.Combine(_root, "dev/vfio/vfio");

    /// <summary>Whether there is such a function.</summary>
    internal bool Exists(PciAddress address) => Directory.Exists(FolderOf(address));

    /// <summary>Vendor and device.</summary>
    internal PciId ReadId(PciAddress address) => new((ushort)ReadNumber(address, "vendor"), (ushort)ReadNumber(address, "device"));

    /// <summary>The node the function hangs off, or -1.</summary>
    internal int ReadNumaNode(PciAddress address) =>
        int.TryParse(ReadText(address, "numa_node"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int node) ? node : -1;

    /// <summary>The kernel driver that holds the function, or null.</summary>
    internal string? ReadDriver(PciAddress address) => LinkName(Path.Combine(FolderOf(address), "driver"));

    /// <summary>The function's IOMMU group, or null when no IOMMU serves it.</summary>
    internal int? ReadGroup(PciAddress address) =>
        int.TryParse(LinkName(Path.Combine(FolderOf(address), "iommu_group")), NumberStyles.None, CultureInfo.InvariantCulture, out int group) ? group : null;

    /// <summary>The functions of the same IOMMU group that keep it from being handed out, with the drivers that hold them.</summary>
    internal List<(PciAddress Address, string Driver)> ReadBlockers(PciAddress address)
    {
        List<(PciAddress Address, string Driver)> blockers = [];
        string group = Path.Combine(FolderOf(address), "iommu_group/devices");
        if (!Directory.Exists(group))
        {
            return blockers;
        }

        foreach (string entry in Directory.GetFileSystemEntries(group).Order(StringComparer.Ordinal))
        {
            // drivers/vfio/vfio_main.c: these hand the device on or leave it alone.
            if (PciAddress.TryParse(Path.GetFileName(entry), out PciAddress member)
                && ReadDriver(member) is { } driver
                && !driver.StartsWith("vfio", StringComparison.Ordinal)
                && driver is not ("pci-stub" or "pcieport"))
            {
                blockers.Add((member, driver));
            }
        }

        return blockers;
    }

    /// <summary>The group's node.</summary>
    internal string GroupNode(int group) => Path.Combine(_root, string.Create(CultureInfo.InvariantCulture, $"dev/vfio/{group}"));

    /// <summary>The group's node when VFIO made the group up for a device without an IOMMU.</summary>
    internal string NoIommuNode(int group) => Path.Combine(_root, string.Create(CultureInfo.InvariantCulture, $"dev/vfio/noiommu-{group}"));

    /// <summary>A file of the function: config, resource0, reset.</summary>
    internal string FileOf(PciAddress address, string name) => Path.Combine(FolderOf(address), name);

    /// <summary>The UIO node of a function that is bound to a UIO driver, or null.</summary>
    internal string? UioNode(PciAddress address)
    {
        string uio = FileOf(address, "uio");
        string? entry = Directory.Exists(uio) ? Directory.GetFileSystemEntries(uio, "uio*").FirstOrDefault() : null;
        return entry is null ? null : Path.Combine(_root, "dev", Path.GetFileName(entry));
    }

    /// <summary>A memory BAR's bus address and length; zeroes when there is none or it is I/O ports.</summary>
    /// <remarks>A line of <c>resource</c> is start, end and flags; Documentation/PCI/sysfs-pci.rst.</remarks>
    internal BarArea ReadMemoryBar(PciAddress address, int index)
    {
        const ulong IORESOURCE_MEM = 0x200;
        string path = FileOf(address, "resource");
        string[] fields = File.Exists(path) ? File.ReadLines(path).ElementAtOrDefault(index)?.Split(' ') ?? [] : [];
        return fields.Length >= 3
            && TryParseHex(fields[0], out ulong start)
            && TryParseHex(fields[1], out ulong end)
            && TryParseHex(fields[2], out ulong flags)
            && (flags & IORESOURCE_MEM) != 0
            && end > start
                ? new BarArea(start, end - start + 1)
                : default;
    }

    /// <summary>Whether an IOMMU translates what the function addresses, so that physical addresses mean nothing to it.</summary>
    internal bool IsTranslated(PciAddress address) => ReadText(address, "iommu_group/type").StartsWith("DMA", StringComparison.Ordinal);

    private string FolderOf(PciAddress address) => Path.Combine(_root, Devices, address.ToString());

    private string ReadText(PciAddress address, string name)
    {
        string path = FileOf(address, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }

    private ulong ReadNumber(PciAddress address, string name) => TryParseHex(ReadText(address, name), out ulong value) ? value : 0;

    private static bool TryParseHex(string text, out ulong value)
    {
        value = 0;
        return text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The last part of what a symbolic link points to, or null when it is none.</summary>
    private static string? LinkName(string path) => new FileInfo(path).LinkTarget is { } target ? Path.GetFileName(target) : null;
}
