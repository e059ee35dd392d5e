using Field = PollIO.Wire.IPv4Header.Field;
using Flag = PollIO.Wire.IPv4Header.Flag;

namespace PollIO.Wire;

/// <summary>
/// Writing view of an IPv4 datagram (RFC 791 §3.1). Setting a field leaves the checksum as it was; <see cref="UpdateChecksum"/>
/// comes last.
/// </summary>
public readonly ref struct IPv4HeaderWriter
{
    private readonly Span<byte> _bytes;

    private IPv4HeaderWriter(Span<byte> bytes, int headerLength)
    {
        _bytes = bytes;
        HeaderLength = headerLength;
    }

    // SAFETY of every field access: TryCreate and TryWrap established MinSize bytes and MinSize <= HeaderLength <= _bytes.Length.
    // Both lengths are kept, not read again: a peer that shares the buffer may change the bytes at any time.

    /// <summary>Bytes in the header, options included.</summary>
    public int HeaderLength { get; }

    /// <summary>Bytes in header and payload.</summary>
    public int TotalLength => _bytes.Length;

    /// <summary>Differentiated services code point; only the low six bits of what is set are kept.</summary>
    public int Dscp
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.TrafficClass) >> 2;
        set => WireBytes.WriteByteUnchecked(_bytes, Field.TrafficClass, (byte)((value << 2) | Ecn));
    }

    /// <summary>Explicit congestion notification; only the low two bits of what is set are kept.</summary>
    public int Ecn
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.TrafficClass) & 3;
        set => WireBytes.WriteByteUnchecked(_bytes, Field.TrafficClass, (byte)((Dscp << 2) | (value & 3)));
    }

    /// <summary>Identification, which fragments of one datagram share.</summary>
    public ushort Identification
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identification);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Identification, value);
    }

    /// <summary>The datagram may not be fragmented.</summary>
    public bool DontFragment
    {
        get => (FragmentWord & Flag.DontFragment) != 0;
        set => FragmentWord = (FragmentWord & ~Flag.DontFragment) | (value ? Flag.DontFragment : 0);
    }

    /// <summary>More fragments follow this one.</summary>
    public bool MoreFragments
    {
        get => (FragmentWord & Flag.MoreFragments) != 0;
        set => FragmentWord = (FragmentWord & ~Flag.MoreFragments) | (value ? Flag.MoreFragments : 0);
    }

    /// <summary>Where in the datagram this fragment's payload goes, in bytes: a multiple of 8 below 65536; other bits are
    /// dropped.</summary>
    public int FragmentOffset
    {
        get => (FragmentWord & Flag.OffsetMask) * 8;
        set => FragmentWord = (FragmentWord & ~Flag.OffsetMask) | ((value / 8) & Flag.OffsetMask);
    }

    /// <summary>Hops left.</summary>
    public byte TimeToLive
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.TimeToLive);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.TimeToLive, value);
    }

    /// <summary>Protocol of the payload.</summary>
    public IpProtocol Protocol
    {
        get => (IpProtocol)WireBytes.ReadByteUnchecked(_bytes, Field.Protocol);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.Protocol, (byte)value);
    }

    /// <summary>Header checksum.</summary>
    public ushort Checksum
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Checksum, value);
    }

    /// <summary>Source address.</summary>
    public IPv4Address Source
    {
        get => WireBytes.ReadIPv4Unchecked(_bytes, Field.Source);
        set => WireBytes.WriteIPv4Unchecked(_bytes, Field.Source, value);
    }

    /// <summary>Destination address.</summary>
    public IPv4Address Destination
    {
        get => WireBytes.ReadIPv4Unchecked(_bytes, Field.Destination);
        set => WireBytes.WriteIPv4Unchecked(_bytes, Field.Destination, value);
    }

    /// <summary>Raw options.</summary>
    public Span<byte> Options => _bytes[IPv4Header.MinSize..HeaderLength];

    /// <summary>The payload.</summary>
    public Span<byte> Payload => _bytes[HeaderLength..];

    /// <summary>The running sum of the pseudo-header for this datagram's payload.</summary>
    public ulong PseudoHeaderSum => InternetChecksum.PseudoHeader(Source, Destination, Protocol, (ushort)(TotalLength - HeaderLength));

    private int FragmentWord
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Fragment);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Fragment, (ushort)value);
    }

    /// <summary>Starts a new datagram: version and both lengths set, the rest of the header and the options zero, the payload as
    /// it was.</summary>
    /// <param name="buffer">Where the datagram goes; what lies behind it is left alone.</param>
    /// <param name="optionsLength">Bytes of options, a multiple of 4 from 0 to 40.</param>
    /// <param name="payloadLength">Bytes of payload.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when a length is impossible or the buffer too short.</returns>
    public static bool TryCreate(Span<byte> buffer, int optionsLength, int payloadLength, out IPv4HeaderWriter writer)
    {
        writer = default;
        int headerLength = IPv4Header.MinSize + optionsLength;
        if ((uint)optionsLength > IPv4Header.MaxSize - IPv4Header.MinSize
            || optionsLength % sizeof(uint) != 0
            || (uint)payloadLength > ushort.MaxValue - headerLength
            || buffer.Length < headerLength + payloadLength)
        {
            return false;
        }

        buffer[..headerLength].Clear();
        WireBytes.WriteByteUnchecked(buffer, Field.VersionAndLength, (byte)(0x40 | (headerLength / sizeof(uint))));
        WireBytes.WriteUInt16Unchecked(buffer, Field.TotalLength, (ushort)(headerLength + payloadLength));
        writer = new IPv4HeaderWriter(buffer[..(headerLength + payloadLength)], headerLength);
        return true;
    }

    /// <summary>Views an existing datagram for changes.</summary>
    /// <param name="bytes">The datagram.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="IPv4Header.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out IPv4HeaderWriter writer)
    {
        bool valid = IPv4Header.TryMeasure(bytes, out int headerLength, out int totalLength);
        writer = valid ? new IPv4HeaderWriter(bytes[..totalLength], headerLength) : default;
        return valid;
    }

    /// <summary>Exchanges source and destination; the checksums that cover them stay right.</summary>
    public void SwapAddresses()
    {
        IPv4Address destination = Destination;
        Destination = Source;
        Source = destination;
    }

    /// <summary>Computes and stores the header checksum.</summary>
    public void UpdateChecksum()
    {
        Checksum = 0;
        Checksum = InternetChecksum.Compute(_bytes[..HeaderLength]);
    }
}
