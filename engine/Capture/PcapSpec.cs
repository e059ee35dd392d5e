namespace PollIO.Capture;

/// <summary>Numbers of the pcap file format, as draft-ietf-opsawg-pcap spells them.</summary>
internal static class PcapSpec
{
    internal const uint MagicMicroseconds = 0xA1B2C3D4; // §4
    internal const uint MagicNanoseconds = 0xA1B23C4D;  // §4
    internal const ushort MajorVersion = 2;             // §4
    internal const ushort MinorVersion = 4;             // §4

    internal const int FileHeaderLength = 24;           // §4
    internal const int MajorVersionOffset = 4;          // §4
    internal const int MinorVersionOffset = 6;          // §4
    internal const int SnapLenOffset = 16;              // §4
    internal const int LinkTypeOffset = 20;             // §4
    internal const uint LinkTypeMask = 0x0000FFFF;      // §4, figure 2
    internal const uint ReservedMask = 0x0BFF0000;      // §4, figure 2: R and Reserved3, an error when set

    internal const int RecordHeaderLength = 16;         // §5
    internal const int SecondsOffset = 0;               // §5
    internal const int FractionOffset = 4;              // §5
    internal const int CapturedLengthOffset = 8;        // §5
    internal const int OriginalLengthOffset = 12;       // §5
}
