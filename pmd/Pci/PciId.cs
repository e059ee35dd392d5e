using System.Globalization;

namespace PollIO.Pmd.Pci;

/// <summary>Who made a PCI function and which it is, the key drivers are matched by.</summary>
public readonly record struct PciId(ushort Vendor, ushort Device)
{
    /// <summary>As lspci -n writes it: <c>8086:10d3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Vendor:x4}:{Device:x4}");
}
