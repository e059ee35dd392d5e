namespace PollIO.Capture;

/// <summary>Numbers of the pcapng file format, as draft-ietf-opsawg-pcapng spells them.</summary>
internal static class PcapngSpec
{
    // General block structure, §3.1
    internal const int BlockTypeOffset = 0;
    internal const int BlockLengthOffset = 4;
    internal const int BlockHeaderLength = 8;
    internal const int BlockTrailerLength = 4;
    internal const int MinBlockLength = 12;

    // Block types, §10.1
    internal const uint SHB = 0x0A0D0D0A; // §4.1, the same in both byte orders
    internal const uint IDB = 1;          // §4.2
    internal const uint PB = 2;           // appendix A, obsolete
    internal const uint SPB = 3;          // §4.4
    internal const uint ISB = 5;          // §4.6
    internal const uint EPB = 6;          // §4.3

    // Section header block, §4.1
    internal const uint ByteOrderMagic = 0x1A2B3C4D;
    internal const int ByteOrderMagicOffset = 8;
    internal const int MajorVersionOffset = 12;
    internal const int MinorVersionOffset = 14;
    internal const int SectionLengthOffset = 16;
    internal const int SectionOptionsOffset = 24;
    internal const int MinSectionHeaderLength = 28;
    internal const ushort MajorVersion = 1;
    internal const ushort MinorVersion = 0;
    internal const ushort EquivalentMinorVersion = 2; // readers treat 1.2 as 1.0
    internal const long UnknownSectionLength = -1;

    // Interface description block, §4.2
    internal const int InterfaceLinkTypeOffset = 8;
    internal const int InterfaceSnapLenOffset = 12;
    internal const int InterfaceOptionsOffset = 16;
    internal const int MinInterfaceLength = 20;

    // Enhanced packet block, §4.3; the obsolete packet block, appendix A, differs only in its 16-bit interface id
    internal const int PacketInterfaceOffset = 8;
    internal const int PacketTimestampHighOffset = 12;
    internal const int PacketTimestampLowOffset = 16;
    internal const int PacketCapturedLengthOffset = 20;
    internal const int PacketOriginalLengthOffset = 24;
    internal const int PacketDataOffset = 28;
    internal const int MinPacketLength = 32;

    // Simple packet block, §4.4
    internal const int SimpleOriginalLengthOffset = 8;
    internal const int SimpleDataOffset = 12;
    internal const int MinSimplePacketLength = 16;

    // Interface statistics block, §4.6
    internal const int StatisticsInterfaceOffset = 8;
    internal const int StatisticsTimestampHighOffset = 12;
    internal const int StatisticsTimestampLowOffset = 16;
    internal const int StatisticsOptionsOffset = 20;

    // Options, §3.5
    internal const int OptionHeaderLength = 4;
    internal const ushort opt_endofopt = 0;   // §3.5
    internal const ushort shb_hardware = 2;   // §4.1
    internal const ushort shb_os = 3;         // §4.1
    internal const ushort shb_userappl = 4;   // §4.1
    internal const ushort if_name = 2;        // §4.2
    internal const ushort if_description = 3; // §4.2
    internal const ushort if_tsresol = 9;     // §4.2
    internal const ushort if_tsoffset = 14;   // §4.2
    internal const ushort epb_flags = 2;      // §4.3, and pack_flags of appendix A
    internal const ushort isb_ifrecv = 4;     // §4.6
    internal const ushort isb_ifdrop = 5;     // §4.6

    internal const byte DefaultResolution = 6;        // §4.2, if_tsresol: microseconds when absent
    internal const byte NanosecondResolution = 9;     // §4.2, if_tsresol
    internal const byte BinaryResolutionFlag = 0x80;  // §4.2, if_tsresol: a power of 2, not of 10
    internal const uint DirectionMask = 0b11;         // §4.3.1

    /// <summary>Rounds a length up to the 32-bit boundary that blocks and options are padded to (§3.1, §3.5).</summary>
    internal static int Pad(int length) => (length + 3) & ~3;
}
