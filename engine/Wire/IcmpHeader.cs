namespace PollIO.Wire;

/// <summary>Reading view of an ICMP message (RFC 792).</summary>
public readonly ref struct IcmpHeader
{
    /// <summary>Bytes in the header.</summary>
    public const int Size = 8;

    private readonly ReadOnlySpan<byte> _bytes;

    private IcmpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size bytes.

    /// <summary>Kind of message.</summary>
    public IcmpType Type => (IcmpType)WireBytes.ReadByteUnchecked(_bytes, Field.Type);

    /// <summary>Code within the type.</summary>
    public byte Code => WireBytes.ReadByteUnchecked(_bytes, Field.Code);

    /// <summary>Checksum of the message.</summary>
    public ushort Checksum => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);

    /// <summary>Identifier of an echo or time stamp message.</summary>
    public ushort Identifier => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identifier);

    /// <summary>Sequence number of an echo or time stamp message.</summary>
    public ushort Sequence => WireBytes.ReadUInt16Unchecked(_bytes, Field.Sequence);

    /// <summary>What follows the header: echo data, or the start of the datagram an error is about.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>The checksum is right.</summary>
    public bool IsChecksumValid => InternetChecksum.IsValid(_bytes);

    /// <summary>Views a message. The checksum is not tested.</summary>
    /// <param name="message">The payload of the IPv4 datagram.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when shorter than the header.</returns>
    public static bool TryParse(ReadOnlySpan<byte> message, out IcmpHeader header)
    {
        bool valid = message.Length >= Size;
        header = valid ? new IcmpHeader(message) : default;
        return valid;
    }

    internal static class Field
    {
        // RFC 792, "Echo or Echo Reply Message"
        internal const int Type = 0;
        internal const int Code = 1;
        internal const int Checksum = 2;
        internal const int Identifier = 4;
        internal const int Sequence = 6;
    }
}
