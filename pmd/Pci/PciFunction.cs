namespace PollIO.Pmd.Pci;

/// <summary>What the kernel knows of one PCI function.</summary>
internal sealed record PciFunction
{
    private const uint NetworkClass = 0x02;
    private const uint BridgeClass = 0x0604;

    /// <summary>Where it sits.</summary>
    public required PciAddress Address { get; init; }

    /// <summary>Vendor and device.</summary>
    public required PciId Id { get; init; }

    /// <summary>Vendor and device of the board it is part of; zeros where it has none.</summary>
    public PciId Subsystem { get; init; }

    /// <summary>Class, subclass and programming interface, 24 bits.</summary>
    public uint Class { get; init; }

    /// <summary>NUMA node, or -1.</summary>
    public int NumaNode { get; init; } = -1;

    /// <summary>The kernel driver it is bound to, or null.</summary>
    public string? Driver { get; init; }

    /// <summary>The driver somebody asked for by name (driver_override), or null when the kernel's match decides.</summary>
    public string? Override { get; init; }

    /// <summary>Whether it answers to memory and port accesses: a driver enabled it and none disabled it since.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Its IOMMU group, or null when no IOMMU stands before it.</summary>
    public int? Group { get; init; }

    /// <summary>Network interfaces the kernel's driver made of it.</summary>
    public IReadOnlyList<string> Interfaces { get; init; } = [];

    /// <summary>Whether it is a network device, of whatever kind.</summary>
    public bool IsNetwork => Class >> 16 == NetworkClass;

    /// <summary>Whether it is a bridge to another PCI bus, which no process can be given.</summary>
    public bool IsBridge => Class >> 8 == BridgeClass;

    /// <summary>For lists in messages: address, id, and who holds it.</summary>
    public override string ToString() => $"{Address} ({Id}, {(Driver is null ? "no driver" : $"driver {Driver}")})";
}
