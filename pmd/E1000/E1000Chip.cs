using PollIO.Pmd.Pci;

namespace PollIO.Pmd.E1000;

/// <summary>What the driver has to know of a chip.</summary>
/// <param name="Name">As Intel calls it.</param>
/// <param name="DeviceId">PCI device id; the vendor is always Intel.</param>
/// <param name="Is82574">Whether it is of the 82574's kind: PCIe, extended RX descriptors, its own work-arounds.</param>
/// <param name="MaxMtu">Largest payload.</param>
internal sealed record E1000Chip(string Name, ushort DeviceId, bool Is82574, int MaxMtu)
{
    internal const ushort Intel = 0x8086;

    // 9,216 bytes of payload, what switches carry; the chips' own limit lies at 16 KiB.
    private const int Jumbo = 9216;

    // Tested, on QEMU's models: 82540EM, 82545EM and 82574L. The others differ from those in package, port count and media only.
    private static readonly E1000Chip[] s_chips =
    [
        new("82540EM", 0x100E, Is82574: false, Jumbo),
        new("82540EM (LOM)", 0x1015, Is82574: false, Jumbo),
        new("82540EP", 0x1017, Is82574: false, Jumbo),
        new("82545EM", 0x100F, Is82574: false, Jumbo),
        new("82545GM", 0x1026, Is82574: false, Jumbo),
        new("82546EB", 0x1010, Is82574: false, Jumbo),
        new("82546GB", 0x1079, Is82574: false, Jumbo),
        new("82574L", 0x10D3, Is82574: true, Jumbo),
        new("82574LA", 0x10F6, Is82574: true, Jumbo),
        new("82583V", 0x150C, Is82574: true, 1500),
    ];

    /// <summary>The functions the table serves.</summary>
    internal static IReadOnlyList<PciId> Ids { get; } = [.. s_chips.Select(chip => new PciId(Intel, chip.DeviceId))];

    /// <summary>The chip with an id of <see cref="Ids"/>.</summary>
    internal static E1000Chip Of(PciId id) => Array.Find(s_chips, chip => new PciId(Intel, chip.DeviceId) == id)
        ?? throw new ArgumentException($"{id} is no chip of this driver", nameof(id));
}
