using Field = PollIO.Wire.IPv6Header.Field;

namespace PollIO.Wire;

/// <summary>Writing view of an IPv6 packet (RFC 8200 §3).</summary>
public readonly ref struct IPv6HeaderWriter
{
    private readonly Span<byte> _bytes;

    private IPv6HeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established IPv6Header.Size bytes.

    /// <summary>Traffic class: code point and congestion notification as one number.</summary>
    public byte TrafficClass
    {
        get => (byte)(VersionClassFlow >> 20);
        set => VersionClassFlow = (VersionClassFlow & ~0x0ff0_0000u) | ((uint)value << 20);
    }

    /// <summary>Flow label; only the low 20 bits of what is set are kept.</summary>
    public int FlowLabel
    {
        get => (int)(VersionClassFlow & 0xf_ffff);
        set => VersionClassFlow = (VersionClassFlow & ~0xf_ffffu) | ((uint)value & 0xf_ffff);
    }

    /// <summary>Bytes after the fixed header, extension headers included.</summary>
    public int PayloadLength => _bytes.Length - IPv6Header.Size;

    /// <summary>What follows the fixed header: an extension header or the upper-layer protocol.</summary>
    public IpProtocol NextHeader
    {
        get => (IpProtocol)WireBytes.ReadByteUnchecked(_bytes, Field.NextHeader);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.NextHeader, (byte)value);
    }

    /// <summary>Hops left.</summary>
    public byte HopLimit
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.HopLimit);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.HopLimit, value);
    }

    /// <summary>Source address.</summary>
    public IPv6Address Source
    {
        get => WireBytes.ReadIPv6Unchecked(_bytes, Field.Source);
        set => WireBytes.WriteIPv6Unchecked(_bytes, Field.Source, value);
    }

    /// <summary>Destination address.</summary>
    public IPv6Address Destination
    {
        get => WireBytes.ReadIPv6Unchecked(_bytes, Field.Destination);
        set => WireBytes.WriteIPv6Unchecked(_bytes, Field.Destination, value);
    }

    /// <summary>What follows the fixed header.</summary>
    public Span<byte> Payload => _bytes[IPv6Header.Size..];

    /// <summary>The running sum of the pseudo-header for the payload, for packets without extension headers.</summary>
    public ulong PseudoHeaderSum => InternetChecksum.PseudoHeader(Source, Destination, NextHeader, (uint)PayloadLength);

    private uint VersionClassFlow
    {
        get => WireBytes.ReadUInt32Unchecked(_bytes, Field.VersionClassFlow);
        set => WireBytes.WriteUInt32Unchecked(_bytes, Field.VersionClassFlow, value);
    }

    /// <summary>Starts a new packet: version and payload length set, the rest of the header zero, the payload as it was.</summary>
    /// <param name="buffer">Where the packet goes; what lies behind it is left alone.</param>
    /// <param name="payloadLength">Bytes after the fixed header.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when the length is impossible or the buffer too short.</returns>
    public static bool TryCreate(Span<byte> buffer, int payloadLength, out IPv6HeaderWriter writer)
    {
        writer = default;
        if ((uint)payloadLength > ushort.MaxValue || buffer.Length < IPv6Header.Size + payloadLength)
        {
            return false;
        }

        buffer[..IPv6Header.Size].Clear();
        WireBytes.WriteByteUnchecked(buffer, Field.VersionClassFlow, 0x60);
        WireBytes.WriteUInt16Unchecked(buffer, Field.PayloadLength, (ushort)payloadLength);
        writer = new IPv6HeaderWriter(buffer[..(IPv6Header.Size + payloadLength)]);
        return true;
    }

    /// <summary>Views an existing packet for changes.</summary>
    /// <param name="bytes">The packet.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="IPv6Header.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out IPv6HeaderWriter writer)
    {
        bool valid = IPv6Header.TryMeasure(bytes, out int totalLength);
        writer = valid ? new IPv6HeaderWriter(bytes[..totalLength]) : default;
        return valid;
    }

    /// <summary>Exchanges source and destination; the checksums that cover them stay right.</summary>
    public void SwapAddresses()
    {
        IPv6Address destination = Destination;
        Destination = Source;
        Source = destination;
    }
}
