using Field = PollIO.Wire.UdpHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of a UDP datagram (RFC 768). <see cref="UpdateChecksum"/> comes last.</summary>
public readonly ref struct UdpHeaderWriter
{
    private readonly Span<byte> _bytes;

    private UdpHeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established UdpHeader.Size bytes.

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

    /// <summary>Bytes in header and payload.</summary>
    public int Length => _bytes.Length;

    /// <summary>Checksum of pseudo-header and datagram; 0 for none.</summary>
    public ushort Checksum
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Checksum, value);
    }

    /// <summary>The payload.</summary>
    public Span<byte> Payload => _bytes[UdpHeader.Size..];

    /// <summary>Starts a new datagram: length set, the rest of the header zero, the payload as it was.</summary>
    /// <param name="buffer">Where the datagram goes; what lies behind it is left alone.</param>
    /// <param name="payloadLength">Bytes of payload.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when the length is impossible or the buffer too short.</returns>
    public static bool TryCreate(Span<byte> buffer, int payloadLength, out UdpHeaderWriter writer)
    {
        writer = default;
        if ((uint)payloadLength > ushort.MaxValue - UdpHeader.Size || buffer.Length < UdpHeader.Size + payloadLength)
        {
            return false;
        }

        buffer[..UdpHeader.Size].Clear();
        WireBytes.WriteUInt16Unchecked(buffer, Field.Length, (ushort)(UdpHeader.Size + payloadLength));
        writer = new UdpHeaderWriter(buffer[..(UdpHeader.Size + payloadLength)]);
        return true;
    }

    /// <summary>Views an existing datagram for changes.</summary>
    /// <param name="bytes">The datagram.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="UdpHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out UdpHeaderWriter writer)
    {
        bool valid = UdpHeader.TryMeasure(bytes, out int length);
        writer = valid ? new UdpHeaderWriter(bytes[..length]) : default;
        return valid;
    }

    /// <summary>Exchanges source and destination port; the checksum stays right.</summary>
    public void SwapPorts()
    {
        ushort destination = DestinationPort;
        DestinationPort = SourcePort;
        SourcePort = destination;
    }

    /// <summary>Computes and stores the checksum over pseudo-header and datagram; a zero result is stored as 0xffff (RFC 768).</summary>
    /// <param name="pseudoHeaderSum">From one of the <c>PseudoHeader</c> methods of <see cref="InternetChecksum"/>.</param>
    public void UpdateChecksum(ulong pseudoHeaderSum)
    {
        Checksum = 0;
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(pseudoHeaderSum, _bytes));
        Checksum = checksum == 0 ? (ushort)0xffff : checksum;
    }
}
