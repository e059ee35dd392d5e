namespace PollIO.Wire;

/// <summary>Reading view of a UDP datagram (RFC 768).</summary>
public readonly ref struct UdpHeader
{
    /// <summary>Bytes in the header.</summary>
    public const int Size = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    private UdpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size <= Length = _bytes.Length.

    /// <summary>Source port.</summary>
    public ushort SourcePort => WireBytes.ReadUInt16Unchecked(_bytes, Field.SourcePort);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => WireBytes.ReadUInt16Unchecked(_bytes, Field.DestinationPort);

    /// <summary>Bytes in header and payload.</summary>
    public int Length => _bytes.Length;

    /// <summary>Checksum of pseudo-header and datagram; 0 when the sender computed none.</summary>
    public ushort Checksum => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>Views a datagram. The checksum is not tested.</summary>
    /// <param name="bytes">The payload of the IP packet.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when shorter than the header, or the length field is below 8 or exceeds the bytes there are.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out UdpHeader header)
    {
        bool valid = TryMeasure(bytes, out int length);
        header = valid ? new UdpHeader(bytes[..length]) : default;
        return valid;
    }

    /// <summary>Tells whether the checksum is right, or 0 over IPv4, which means that there is none. Over IPv6 a zero checksum is
    /// wrong (RFC 8200 §8.1); the caller tests for it.</summary>
    /// <param name="pseudoHeaderSum">From one of the <c>PseudoHeader</c> methods of <see cref="InternetChecksum"/>.</param>
    /// <returns>True when right or absent.</returns>
    public bool IsChecksumValid(ulong pseudoHeaderSum) => Checksum == 0 || InternetChecksum.IsValid(_bytes, pseudoHeaderSum);

    // SAFETY: the length is tested before any field is read.
    internal static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = bytes.Length >= Size ? WireBytes.ReadUInt16Unchecked(bytes, Field.Length) : 0;
        return length >= Size && length <= bytes.Length;
    }

    internal static class Field
    {
        // RFC 768, "Format"
        internal const int SourcePort = 0;
        internal const int DestinationPort = 2;
        internal const int Length = 4;
        internal const int Checksum = 6;
    }
}
