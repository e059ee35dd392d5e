namespace PollIO.Pmd.Pci;

/// <summary>The parts of configuration space that are the same for every function. PCI Local Bus 3.0, with the section.</summary>
internal static class PciSpec
{
    internal const int Vendor = 0x00;             // 2 bytes, RO, 6.2.1
    internal const int DeviceId = 0x02;           // 2 bytes, RO, 6.2.1
    internal const int Command = 0x04;            // 2 bytes, RW, 6.2.2
    internal const int Status = 0x06;             // 2 bytes, W1C, 6.2.3
    internal const int BaseAddress0 = 0x10;       // 4 bytes, RW, 6.2.5; six of them
    internal const int CapabilitiesPointer = 0x34; // 1 byte, RO, 6.7

    internal const uint CommandMemory = 1 << 1;           // 6.2.2
    internal const uint CommandBusMaster = 1 << 2;        // 6.2.2
    internal const uint CommandInterruptDisable = 1 << 10; // 6.2.2

    internal const uint StatusCapabilities = 1 << 4; // 6.2.3

    internal const uint BaseAddressIsIo = 1; // 6.2.5.1

    internal const byte CapabilityMsiX = 0x11; // appendix H
    internal const int MsiXControl = 2;        // 2 bytes, 6.8.2.3; bits 10:0 are the table's last index
    internal const int MsiXTable = 4;          // 4 bytes, 6.8.2.4; bits 2:0 are the BAR, the rest is the offset
    internal const int MsiXEntryBytes = 16;    // 6.8.2

    internal const int BarCount = 6;

    /// <summary>First byte that a capability may stand at: the header is before it (6.7).</summary>
    internal const int HeaderBytes = 0x40;

    /// <summary>Bytes of configuration space without PCI Express's extension.</summary>
    internal const int ConfigBytes = 256;
}
