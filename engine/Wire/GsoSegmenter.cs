namespace PollIO.Wire;

/// <summary>
/// Cuts one oversized TCP or UDP frame into frames of wire size, in software: what a NIC's segmentation offload does. Nothing is
/// allocated. The source is not changed, and must not change until the last segment is written.
/// </summary>
/// <remarks>
/// Headers, VLAN tags, IP options, extension headers and TCP options are repeated in each segment. Lengths are corrected, the
/// IPv4 identification counts up, the TCP sequence number advances; FIN and PSH stay on the last segment only, CWR on the first
/// only (RFC 3168 §6.1.2: it answers one congestion echo, once), URG on those before the urgent point. IPv4 header and transport
/// checksums are computed in full, whatever the source's fields hold. Bytes after the IP packet are dropped.
/// </remarks>
public ref struct GsoSegmenter
{
    private readonly ReadOnlySpan<byte> _headers;
    private readonly ReadOnlySpan<byte> _payload;
    private readonly FrameLayout _layout;
    private readonly ulong _pseudoHeaderSum;
    private readonly int _segmentSize;
    private int _written;
    private int _index;

    private GsoSegmenter(ReadOnlySpan<byte> frame, scoped in FrameLayout layout, int segmentSize, ulong pseudoHeaderSum)
    {
        _headers = frame[..layout.PayloadOffset];
        _payload = frame[layout.PayloadOffset..layout.End];
        _layout = layout;
        _segmentSize = segmentSize;
        _pseudoHeaderSum = pseudoHeaderSum;
        SegmentCount = Math.Max(1, (_payload.Length + segmentSize - 1) / segmentSize);
    }

    /// <summary>Segments in all: 1 when the payload fits into one, or is empty.</summary>
    public readonly int SegmentCount { get; }

    /// <summary>Bytes that the next segment's frame takes; 0 when there is none left.</summary>
    public readonly int NextLength =>
        _index == SegmentCount ? 0 : _headers.Length + Math.Min(_segmentSize, _payload.Length - _written);

    /// <summary>Prepares to segment a frame.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="segmentSize">Payload bytes per segment, behind the transport header.</param>
    /// <param name="kind">How to cut it.</param>
    /// <param name="segmenter">The segmenter, at the first segment.</param>
    /// <returns>False when the frame cannot be segmented.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> frame, ushort segmentSize, GsoKind kind, out GsoSegmenter segmenter) =>
        TryCreate(frame, segmentSize, kind, out segmenter, out _);

    /// <summary>Prepares to segment a frame.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="segmentSize">Payload bytes per segment, behind the transport header.</param>
    /// <param name="kind">How to cut it.</param>
    /// <param name="segmenter">The segmenter, at the first segment.</param>
    /// <param name="error">Why not.</param>
    /// <returns>False when the frame cannot be segmented.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> frame, ushort segmentSize, GsoKind kind, out GsoSegmenter segmenter, out GsoError error)
    {
        segmenter = default;
        FrameLayout layout = PacketParser.Parse(frame);
        error = segmentSize == 0 ? GsoError.SegmentSizeZero : Check(frame, layout, kind);
        if (error != GsoError.None)
        {
            return false;
        }

        if (!ChecksumCompletion.TryPseudoHeaderSum(frame, layout, 0, out ulong sum))
        {
            error = GsoError.UnknownRouting;
            return false;
        }

        GsoSegmenter candidate = new(frame, layout, segmentSize, sum);
        if (candidate.SegmentCount > 1
            && layout.Protocol == IpProtocol.Tcp
            && (ReadTcpFlags(frame, layout) & (TcpFlags.Syn | TcpFlags.Rst)) != 0)
        {
            error = GsoError.ControlFlags;
            return false;
        }

        segmenter = candidate;
        return true;
    }

    /// <summary>Writes the next segment.</summary>
    /// <param name="destination">Receives the frame: at least <see cref="NextLength"/> bytes, not overlapping the source.</param>
    /// <param name="written">Bytes written.</param>
    /// <returns>False, and nothing written, when there is no segment left or the destination is too short.</returns>
    public bool TryWriteNext(Span<byte> destination, out int written)
    {
        written = NextLength;
        if (written == 0 || destination.Length < written)
        {
            written = 0;
            return false;
        }

        Span<byte> segment = destination[..written];
        _headers.CopyTo(segment);
        _payload.Slice(_written, written - _headers.Length).CopyTo(segment[_headers.Length..]);

        CorrectNetwork(segment);
        Span<byte> transport = segment[_layout.L4Offset..];
        if (_layout.Protocol == IpProtocol.Tcp)
        {
            CorrectTcp(transport);
        }
        else
        {
            // SAFETY: Check established a whole UDP header.
            WireBytes.WriteUInt16Unchecked(transport, UdpHeader.Field.Length, (ushort)transport.Length);
        }

        StoreTransportChecksum(transport);
        _written += written - _headers.Length;
        _index++;
        return true;
    }

    private static GsoError Check(ReadOnlySpan<byte> frame, in FrameLayout layout, GsoKind kind)
    {
        if (layout.Flags != FrameFlags.None)
        {
            return layout.IsFragment ? GsoError.Fragment
                : (layout.Flags & FrameFlags.Malformed) != 0 ? GsoError.Malformed
                : GsoError.Truncated;
        }

        bool matches = kind switch
        {
            GsoKind.TcpIPv4 => layout.Type.IsIPv4() && layout.Type.Transport() == PacketType.Tcp,
            GsoKind.TcpIPv6 => layout.Type.IsIPv6() && layout.Type.Transport() == PacketType.Tcp,
            GsoKind.Udp => layout.Type.Transport() == PacketType.Udp,
            _ => false,
        };
        if (!matches)
        {
            return GsoError.KindMismatch;
        }

        if (layout.Type.Network() != PacketType.IPv6Extensions)
        {
            return GsoError.None;
        }

        // SAFETY: an IPv6 layout without flags has its whole fixed header in the frame.
        IpProtocol first = (IpProtocol)WireBytes.ReadByteUnchecked(frame, layout.L3Offset + IPv6Header.Field.NextHeader);
        IPv6ExtensionChain.TryWalk(first, frame[(layout.L3Offset + IPv6Header.Size)..layout.L4Offset], out IPv6ExtensionChain chain);
        return chain.HasFragmentHeader ? GsoError.Fragment
            : chain.HasAuthentication ? GsoError.Authentication
            : GsoError.None;
    }

    // SAFETY: a TCP layout has its whole header in the frame.
    private static TcpFlags ReadTcpFlags(ReadOnlySpan<byte> frame, in FrameLayout layout) =>
        (TcpFlags)(WireBytes.ReadUInt16Unchecked(frame, layout.L4Offset + TcpHeader.Field.OffsetAndFlags) & TcpHeader.FlagsMask);

    // SAFETY of the Correct methods: the parser found whole headers at these offsets, and the segment starts with a copy of them.
    private readonly void CorrectNetwork(Span<byte> segment)
    {
        Span<byte> header = segment[_layout.L3Offset.._layout.L4Offset];
        int length = segment.Length - _layout.L3Offset;
        if (_layout.Type.IsIPv6())
        {
            WireBytes.WriteUInt16Unchecked(header, IPv6Header.Field.PayloadLength, (ushort)(length - IPv6Header.Size));
            return;
        }

        ushort identification = WireBytes.ReadUInt16Unchecked(header, IPv4Header.Field.Identification);
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.Identification, (ushort)(identification + _index));
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.TotalLength, (ushort)length);
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.Checksum, 0);
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.Checksum, InternetChecksum.Compute(header));
    }

    private readonly void CorrectTcp(Span<byte> transport)
    {
        uint sequence = WireBytes.ReadUInt32Unchecked(transport, TcpHeader.Field.SequenceNumber);
        WireBytes.WriteUInt32Unchecked(transport, TcpHeader.Field.SequenceNumber, sequence + (uint)_written);

        TcpFlags dropped = TcpFlags.None;
        if (_index > 0)
        {
            dropped |= TcpFlags.Cwr;
        }

        if (_index < SegmentCount - 1)
        {
            dropped |= TcpFlags.Fin | TcpFlags.Psh;
        }

        int word = WireBytes.ReadUInt16Unchecked(transport, TcpHeader.Field.OffsetAndFlags);
        if ((word & (int)TcpFlags.Urg) != 0)
        {
            // The pointer counts from the segment's own sequence number (RFC 9293 §3.8.5).
            int pointer = WireBytes.ReadUInt16Unchecked(transport, TcpHeader.Field.UrgentPointer) - _written;
            dropped |= pointer > 0 || _written == 0 ? TcpFlags.None : TcpFlags.Urg;
            WireBytes.WriteUInt16Unchecked(transport, TcpHeader.Field.UrgentPointer, (ushort)Math.Max(0, pointer));
        }

        WireBytes.WriteUInt16Unchecked(transport, TcpHeader.Field.OffsetAndFlags, (ushort)(word & ~(int)dropped));
    }

    private readonly void StoreTransportChecksum(Span<byte> transport)
    {
        bool udp = _layout.Protocol == IpProtocol.Udp;
        int field = udp ? UdpHeader.Field.Checksum : TcpHeader.Field.Checksum;
        WireBytes.WriteUInt16Unchecked(transport, field, 0);
        ulong sum = InternetChecksum.AddWord(_pseudoHeaderSum, (ushort)transport.Length);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(sum, transport));
        WireBytes.WriteUInt16Unchecked(transport, field, checksum == 0 && udp ? (ushort)0xffff : checksum);
    }
}
