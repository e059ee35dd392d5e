namespace PollIO.Wire;

/// <summary>Reading view of an IPv6 packet (RFC 8200 §3). Extension headers, if any, are at the start of the payload; walk them
/// with <see cref="IPv6ExtensionChain"/>.</summary>
public readonly ref struct IPv6Header
{
    /// <summary>Bytes in the fixed header.</summary>
    public const int Size = 40;

    private readonly ReadOnlySpan<byte> _bytes;

    private IPv6Header(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size bytes and Size + PayloadLength = _bytes.Length.

    /// <summary>Differentiated services code point (RFC 2474 §3).</summary>
    public int Dscp => TrafficClass >> 2;

    /// <summary>Explicit congestion notification, 0 to 3 (RFC 3168 §5).</summary>
    public int Ecn => TrafficClass & 3;

    /// <summary>Traffic class: code point and congestion notification as one number.</summary>
    public byte TrafficClass => (byte)(WireBytes.ReadUInt32Unchecked(_bytes, Field.VersionClassFlow) >> 20);

    /// <summary>Flow label, 20 bits (RFC 6437).</summary>
    public int FlowLabel => (int)(WireBytes.ReadUInt32Unchecked(_bytes, Field.VersionClassFlow) & 0xf_ffff);

    /// <summary>Bytes after the fixed header, extension headers included.</summary>
    public int PayloadLength => _bytes.Length - Size;

    /// <summary>What follows the fixed header: an extension header or the upper-layer protocol.</summary>
    public IpProtocol NextHeader => (IpProtocol)WireBytes.ReadByteUnchecked(_bytes, Field.NextHeader);

    /// <summary>Hops left.</summary>
    public byte HopLimit => WireBytes.ReadByteUnchecked(_bytes, Field.HopLimit);

    /// <summary>Source address.</summary>
    public IPv6Address Source => WireBytes.ReadIPv6Unchecked(_bytes, Field.Source);

    /// <summary>Destination address; with a routing header, the next one on the way.</summary>
    public IPv6Address Destination => WireBytes.ReadIPv6Unchecked(_bytes, Field.Destination);

    /// <summary>What follows the fixed header; Ethernet padding is cut off.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>The running sum of the pseudo-header for the payload, for packets without extension headers.</summary>
    public ulong PseudoHeaderSum => InternetChecksum.PseudoHeader(Source, Destination, NextHeader, (uint)PayloadLength);

    /// <summary>Views a packet. Jumbograms (RFC 2675), whose payload length is zero, are seen as having no payload.</summary>
    /// <param name="bytes">What follows the EtherType; padding may follow.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when shorter than the header, the version is not 6, or the payload length exceeds the bytes there are.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out IPv6Header header)
    {
        bool valid = TryMeasure(bytes, out int totalLength);
        header = valid ? new IPv6Header(bytes[..totalLength]) : default;
        return valid;
    }

    // SAFETY: the length is tested before any field is read.
    internal static bool TryMeasure(ReadOnlySpan<byte> bytes, out int totalLength)
    {
        totalLength = 0;
        if (bytes.Length < Size)
        {
            return false;
        }

        totalLength = Size + WireBytes.ReadUInt16Unchecked(bytes, Field.PayloadLength);
        return WireBytes.ReadByteUnchecked(bytes, Field.VersionClassFlow) >> 4 == 6 && totalLength <= bytes.Length;
    }

    internal static class Field
    {
        // RFC 8200 §3
        internal const int VersionClassFlow = 0;
        internal const int PayloadLength = 4;
        internal const int NextHeader = 6;
        internal const int HopLimit = 7;
        internal const int Source = 8;
        internal const int Destination = 24;
    }
}
