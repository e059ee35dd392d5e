using Field = PollIO.Wire.TcpHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of a TCP segment (RFC 9293 §3.1). <see cref="UpdateChecksum"/> comes last.</summary>
public readonly ref struct TcpHeaderWriter
{
    private readonly Span<byte> _bytes;

    private TcpHeaderWriter(Span<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
    }

    // SAFETY of every field access: TryCreate and TryWrap established TcpHeader.MinSize <= HeaderLength <= _bytes.Length.

    /// <summary>Source port.</summary>
    public ushort SourcePort
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.SourcePort);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.SourcePort, value);
    }

    /// <summary>Destination port.</summary>
    public ushort DestinationPort
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.DestinationPort);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.DestinationPort, value);
    }

    /// <summary>Sequence number of the first byte.</summary>
    public uint SequenceNumber
    {
        get => WireBytes.ReadUInt32Unchecked(_bytes, Field.SequenceNumber);
        set => WireBytes.WriteUInt32Unchecked(_bytes, Field.SequenceNumber, value);
    }

    /// <summary>Next sequence number expected.</summary>
    public uint AcknowledgmentNumber
    {
        get => WireBytes.ReadUInt32Unchecked(_bytes, Field.AcknowledgmentNumber);
        set => WireBytes.WriteUInt32Unchecked(_bytes, Field.AcknowledgmentNumber, value);
    }

    /// <summary>Bytes in the header, options included.</summary>
    public int HeaderLength { get; }

    /// <summary>Control bits; the data offset and the reserved bits beside them are left alone.</summary>
    public TcpFlags Flags
    {
        get => (TcpFlags)(OffsetAndFlags & TcpHeader.FlagsMask);
        set => OffsetAndFlags = (OffsetAndFlags & ~TcpHeader.FlagsMask) | ((int)value & TcpHeader.FlagsMask);
    }

    /// <summary>Receive window, unscaled.</summary>
    public ushort Window
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Window);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Window, value);
    }

    /// <summary>Checksum of pseudo-header and segment.</summary>
    public ushort Checksum
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Checksum, value);
    }

    /// <summary>Urgent pointer.</summary>
    public ushort UrgentPointer
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.UrgentPointer);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.UrgentPointer, value);
    }

    /// <summary>Raw options.</summary>
    public Span<byte> Options => _bytes[TcpHeader.MinSize..HeaderLength];

    /// <summary>The payload.</summary>
    public Span<byte> Payload => _bytes[HeaderLength..];

    private int OffsetAndFlags
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.OffsetAndFlags);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.OffsetAndFlags, (ushort)value);
    }

    /// <summary>Starts a new segment: data offset set, the rest of the header and the options zero, the payload as it was.</summary>
    /// <param name="buffer">Where the segment goes; what lies behind it is left alone.</param>
    /// <param name="optionsLength">Bytes of options, a multiple of 4 from 0 to 40.</param>
    /// <param name="payloadLength">Bytes of payload.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when a length is impossible or the buffer too short.</returns>
    public static bool TryCreate(Span<byte> buffer, int optionsLength, int payloadLength, out TcpHeaderWriter writer)
    {
        writer = default;
        int headerLength = TcpHeader.MinSize + optionsLength;
        if ((uint)optionsLength > TcpHeader.MaxSize - TcpHeader.MinSize
            || optionsLength % sizeof(uint) != 0
            || (uint)payloadLength > ushort.MaxValue - headerLength
            || buffer.Length < headerLength + payloadLength)
        {
            return false;
        }

        buffer[..headerLength].Clear();
        WireBytes.WriteByteUnchecked(buffer, Field.OffsetAndFlags, (byte)(headerLength / sizeof(uint) << 4));
        writer = new TcpHeaderWriter(buffer[..(headerLength + payloadLength)], headerLength);
        return true;
    }

    /// <summary>Views an existing segment for changes.</summary>
    /// <param name="bytes">The segment.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="TcpHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out TcpHeaderWriter writer)
    {
        bool valid = TcpHeader.TryMeasure(bytes, out int headerLength);
        writer = valid ? new TcpHeaderWriter(bytes, headerLength) : default;
        return valid;
    }

    /// <summary>Exchanges source and destination port; the checksum stays right.</summary>
    public void SwapPorts()
    {
        ushort destination = DestinationPort;
        DestinationPort = SourcePort;
        SourcePort = destination;
    }

    /// <summary>Computes and stores the checksum over pseudo-header and segment.</summary>
    /// <param name="pseudoHeaderSum">From one of the <c>PseudoHeader</c> methods of <see cref="InternetChecksum"/>.</param>
    public void UpdateChecksum(ulong pseudoHeaderSum)
    {
        Checksum = 0;
        Checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(pseudoHeaderSum, _bytes));
    }
}
