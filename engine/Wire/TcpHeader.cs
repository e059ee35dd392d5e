namespace PollIO.Wire;

/// <summary>Reading view of a TCP segment (RFC 9293 §3.1).</summary>
public readonly ref struct TcpHeader
{
    /// <summary>Bytes in a header without options.</summary>
    public const int MinSize = 20;

    /// <summary>Bytes in the longest header.</summary>
    public const int MaxSize = 60;

    internal const int FlagsMask = 0x1ff;

    private readonly ReadOnlySpan<byte> _bytes;

    private TcpHeader(ReadOnlySpan<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
    }

    // SAFETY of every field access: TryParse established MinSize <= HeaderLength <= _bytes.Length. The length is kept, not read
    // again: a peer that shares the buffer may change the bytes at any time.

    /// <summary>Source port.</summary>
    public ushort SourcePort => WireBytes.ReadUInt16Unchecked(_bytes, Field.SourcePort);

    /// <summary>Destination port.</summary>
    public ushort DestinationPort => WireBytes.ReadUInt16Unchecked(_bytes, Field.DestinationPort);

    /// <summary>Sequence number of the first byte.</summary>
    public uint SequenceNumber => WireBytes.ReadUInt32Unchecked(_bytes, Field.SequenceNumber);

    /// <summary>Next sequence number expected, where <see cref="TcpFlags.Ack"/> is set.</summary>
    public uint AcknowledgmentNumber => WireBytes.ReadUInt32Unchecked(_bytes, Field.AcknowledgmentNumber);

    /// <summary>Bytes in the header, options included.</summary>
    public int HeaderLength { get; }

    /// <summary>Control bits.</summary>
    public TcpFlags Flags => (TcpFlags)(WireBytes.ReadUInt16Unchecked(_bytes, Field.OffsetAndFlags) & FlagsMask);

    /// <summary>Receive window, unscaled.</summary>
    public ushort Window => WireBytes.ReadUInt16Unchecked(_bytes, Field.Window);

    /// <summary>Checksum of pseudo-header and segment.</summary>
    public ushort Checksum => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);

    /// <summary>Urgent pointer, where <see cref="TcpFlags.Urg"/> is set.</summary>
    public ushort UrgentPointer => WireBytes.ReadUInt16Unchecked(_bytes, Field.UrgentPointer);

    /// <summary>Raw options, padding included; walk them with <see cref="HeaderOptionReader"/>.</summary>
    public ReadOnlySpan<byte> Options => _bytes[MinSize..HeaderLength];

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[HeaderLength..];

    /// <summary>Views a segment. The checksum is not tested.</summary>
    /// <param name="bytes">The payload of the IP packet.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when shorter than the header, or the data offset is below 5 or points beyond the bytes there are.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TcpHeader header)
    {
        bool valid = TryMeasure(bytes, out int headerLength);
        header = valid ? new TcpHeader(bytes, headerLength) : default;
        return valid;
    }

    /// <summary>Tells whether the checksum is right.</summary>
    /// <param name="pseudoHeaderSum">From one of the <c>PseudoHeader</c> methods of <see cref="InternetChecksum"/>.</param>
    /// <returns>True when right.</returns>
    public bool IsChecksumValid(ulong pseudoHeaderSum) => InternetChecksum.IsValid(_bytes, pseudoHeaderSum);

    // SAFETY: the length is tested before any field is read.
    internal static bool TryMeasure(ReadOnlySpan<byte> bytes, out int headerLength)
    {
        headerLength = bytes.Length >= MinSize ? (WireBytes.ReadByteUnchecked(bytes, Field.OffsetAndFlags) >> 4) * sizeof(uint) : 0;
        return headerLength >= MinSize && headerLength <= bytes.Length;
    }

    internal static class Field
    {
        // RFC 9293 §3.1
        internal const int SourcePort = 0;
        internal const int DestinationPort = 2;
        internal const int SequenceNumber = 4;
        internal const int AcknowledgmentNumber = 8;
        internal const int OffsetAndFlags = 12;
        internal const int Window = 14;
        internal const int Checksum = 16;
        internal const int UrgentPointer = 18;
    }
}
