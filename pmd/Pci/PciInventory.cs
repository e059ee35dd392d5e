using System.Buffers.Binary;
using System.Globalization;

namespace PollIO.Pmd.Pci;

/// <summary>The PCI functions the kernel lists (Documentation/ABI/testing/sysfs-bus-pci).</summary>
internal sealed class PciInventory
{
    private const string Devices = "/sys/bus/pci/devices";
    private const string NoOverride = "(null)";

    private PciInventory(IReadOnlyList<PciFunction> functions) => Functions = functions;

    /// <summary>All functions, by address.</summary>
    internal IReadOnlyList<PciFunction> Functions { get; }

    /// <summary>The network devices among them.</summary>
    internal IEnumerable<PciFunction> Network => Functions.Where(function => function.IsNetwork);

    /// <summary>Reads what there is now; a function that goes meanwhile is left out.</summary>
    internal static PciInventory Read(SysfsTree tree) => new([.. tree.List(Devices).Select(name => ReadFunction(tree, name)).OfType<PciFunction>()]);

    /// <summary>Reads one function.</summary>
    /// <returns>Null when it is not there.</returns>
    internal static PciFunction? Read(SysfsTree tree, PciAddress address) => ReadFunction(tree, address.ToString());

    /// <summary>The folder of a function's attributes.</summary>
    internal static string FolderOf(PciAddress address) => $"{Devices}/{address}";

    /// <summary>Whether an IOMMU translates what the function addresses, so that physical addresses mean nothing to it.</summary>
    internal static bool IsTranslated(SysfsTree tree, PciAddress address) =>
        tree.Read(FolderOf(address) + "/iommu_group/type") is { } type && type.StartsWith("DMA", StringComparison.Ordinal);

    /// <summary>A memory BAR's bus address and length; zeroes when there is none or it is I/O ports.</summary>
    /// <remarks>A line of <c>resource</c> is start, end and flags; Documentation/PCI/sysfs-pci.rst.</remarks>
    internal static BarArea ReadMemoryBar(SysfsTree tree, PciAddress address, int index)
    {
        const ulong IORESOURCE_MEM = 0x200;
        string[] fields = tree.Read(FolderOf(address) + "/resource")?.Split('\n').ElementAtOrDefault(index)?.Split(' ') ?? [];
        return fields.Length >= 3
            && ParseHex(fields[0]) is { } start
            && ParseHex(fields[1]) is { } end
            && ParseHex(fields[2]) is { } flags
            && (flags & IORESOURCE_MEM) != 0
            && end > start
                ? new BarArea(start, end - start + 1)
                : default;
    }

    /// <summary>A function's command register; all ones when it cannot be read.</summary>
    internal static uint ReadCommand(SysfsTree tree, PciAddress address)
    {
        Span<byte> header = stackalloc byte[PciSpec.Command + 2];
        try
        {
            using FileStream config = new(tree.PathOf(FolderOf(address) + "/config"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            config.ReadExactly(header);
            return BinaryPrimitives.ReadUInt16LittleEndian(header[PciSpec.Command..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ushort.MaxValue;
        }
    }

    private static PciFunction? ReadFunction(SysfsTree tree, string name)
    {
        string folder = $"{Devices}/{name}";
        if (!PciAddress.TryParse(name, out PciAddress address)
            || ReadHex(tree, folder + "/vendor") is not { } vendor
            || ReadHex(tree, folder + "/device") is not { } device)
        {
            return null;
        }

        return new PciFunction
        {
            Address = address,
            Id = new PciId((ushort)vendor, (ushort)device),
            Subsystem = new PciId((ushort)(ReadHex(tree, folder + "/subsystem_vendor") ?? 0), (ushort)(ReadHex(tree, folder + "/subsystem_device") ?? 0)),
            Class = ReadHex(tree, folder + "/class") ?? 0,
            NumaNode = int.TryParse(tree.Read(folder + "/numa_node"), CultureInfo.InvariantCulture, out int node) ? node : -1,
            Driver = tree.ReadLinkName(folder + "/driver"),
            Override = tree.Read(folder + "/driver_override") is { } asked and not ("" or NoOverride) ? asked : null,

            // A count: each driver that enables the function adds one.
            IsEnabled = tree.Read(folder + "/enable") is { } enabled and not ("" or "0"),
            Group = int.TryParse(tree.ReadLinkName(folder + "/iommu_group"), CultureInfo.InvariantCulture, out int group) ? group : null,
            Interfaces = ReadInterfaces(tree, folder),
        };
    }

    // A virtio function's interface belongs to the virtio device below it.
    private static IReadOnlyList<string> ReadInterfaces(SysfsTree tree, string folder) =>
    [
        .. tree.List(folder + "/net"),
        .. tree.List(folder).Where(entry => entry.StartsWith("virtio", StringComparison.Ordinal)).SelectMany(entry => tree.List($"{folder}/{entry}/net")),
    ];

    private static uint? ReadHex(SysfsTree tree, string path) => tree.Read(path) is { } text && ParseHex(text) is { } value and <= uint.MaxValue ? (uint)value : null;

    private static ulong? ParseHex(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : null;
}
