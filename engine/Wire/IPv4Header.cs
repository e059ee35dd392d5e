namespace PollIO.Wire;

/// <summary>Reading view of an IPv4 datagram (RFC 791 §3.1).</summary>
public readonly ref struct IPv4Header
{
    /// <summary>Bytes in a header without options.</summary>
    public const int MinSize = 20;

    /// <summary>Bytes in the longest header.</summary>
    public const int MaxSize = 60;

    private readonly ReadOnlySpan<byte> _bytes;

    private IPv4Header(ReadOnlySpan<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
    }

    // SAFETY of every field access: TryParse established MinSize bytes and MinSize <= HeaderLength <= TotalLength = _bytes.Length.
    // Both lengths are kept, not read again: a peer that shares the buffer may change the bytes at any time.

    /// <summary>Bytes in the header, options included.</summary>
    public int HeaderLength { get; }

    /// <summary>Differentiated services code point (RFC 2474 §3).</summary>
    public int Dscp => WireBytes.ReadByteUnchecked(_bytes, Field.TrafficClass) >> 2;

    /// <summary>Explicit congestion notification, 0 to 3 (RFC 3168 §5).</summary>
    public int Ecn => WireBytes.ReadByteUnchecked(_bytes, Field.TrafficClass) & 3;

    /// <summary>Bytes in header and payload.</summary>
    public int TotalLength => _bytes.Length;

    /// <summary>Identification, which fragments of one datagram share.</summary>
    public ushort Identification => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identification);

    /// <summary>The datagram may not be fragmented.</summary>
    public bool DontFragment => (WireBytes.ReadUInt16Unchecked(_bytes, Field.Fragment) & Flag.DontFragment) != 0;

    /// <summary>More fragments follow this one.</summary>
    public bool MoreFragments => (WireBytes.ReadUInt16Unchecked(_bytes, Field.Fragment) & Flag.MoreFragments) != 0;

    /// <summary>Where in the datagram this fragment's payload goes, in bytes.</summary>
    public int FragmentOffset => (WireBytes.ReadUInt16Unchecked(_bytes, Field.Fragment) & Flag.OffsetMask) * 8;

    /// <summary>This is a part of a datagram, first, middle or last.</summary>
    public bool IsFragment => (WireBytes.ReadUInt16Unchecked(_bytes, Field.Fragment) & (Flag.MoreFragments | Flag.OffsetMask)) != 0;

    /// <summary>Hops left.</summary>
    public byte TimeToLive => WireBytes.ReadByteUnchecked(_bytes, Field.TimeToLive);

    /// <summary>Protocol of the payload.</summary>
    public IpProtocol Protocol => (IpProtocol)WireBytes.ReadByteUnchecked(_bytes, Field.Protocol);

    /// <summary>Header checksum.</summary>
    public ushort Checksum => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);

    /// <summary>Source address.</summary>
    public IPv4Address Source => WireBytes.ReadIPv4Unchecked(_bytes, Field.Source);

    /// <summary>Destination address.</summary>
    public IPv4Address Destination => WireBytes.ReadIPv4Unchecked(_bytes, Field.Destination);

    /// <summary>Raw options, padding included; walk them with <see cref="HeaderOptionReader"/>.</summary>
    public ReadOnlySpan<byte> Options => _bytes[MinSize..HeaderLength];

    /// <summary>The payload; Ethernet padding is cut off.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];

    /// <summary>The header checksum is right.</summary>
    public bool IsChecksumValid => InternetChecksum.IsValid(_bytes[..HeaderLength]);

    /// <summary>The running sum of the pseudo-header for this datagram's payload, if it is no fragment.</summary>
    public ulong PseudoHeaderSum => InternetChecksum.PseudoHeader(Source, Destination, Protocol, (ushort)(TotalLength - HeaderLength));

    /// <summary>Views a datagram. The checksum is not tested.</summary>
    /// <param name="bytes">What follows the EtherType; padding may follow.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when the version is not 4, the header length is below 20 or exceeds the total length, or the total length
    /// exceeds the bytes there are.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IPv4Header header)
    {
        bool valid = TryMeasure(bytes, out int headerLength, out int totalLength);
        header = valid ? new IPv4Header(bytes[..totalLength], headerLength) : default;
        return valid;
    }

    // SAFETY: the length is tested before any field is read.
    internal static bool TryMeasure(ReadOnlySpan<byte> bytes, out int headerLength, out int totalLength)
    {
        headerLength = 0;
        totalLength = 0;
        if (bytes.Length < MinSize)
        {
            return false;
        }

        byte versionAndLength = WireBytes.ReadByteUnchecked(bytes, Field.VersionAndLength);
        headerLength = (versionAndLength & 0xf) * sizeof(uint);
        totalLength = WireBytes.ReadUInt16Unchecked(bytes, Field.TotalLength);
        return versionAndLength >> 4 == 4 && headerLength >= MinSize && headerLength <= totalLength && totalLength <= bytes.Length;
    }

    internal static class Field
    {
        // RFC 791 §3.1
        internal const int VersionAndLength = 0;
        internal const int TrafficClass = 1; // RFC 2474 §3, RFC 3168 §5
        internal const int TotalLength = 2;
        internal const int Identification = 4;
        internal const int Fragment = 6;
        internal const int TimeToLive = 8;
        internal const int Protocol = 9;
        internal const int Checksum = 10;
        internal const int Source = 12;
        internal const int Destination = 16;
    }

    internal static class Flag
    {
        // RFC 791 §3.1, "Flags" and "Fragment Offset"
        internal const int DontFragment = 0x4000;
        internal const int MoreFragments = 0x2000;
        internal const int OffsetMask = 0x1fff;
    }
}
