namespace PollIO.Wire;

/// <summary>Completes, fills in and tests the checksums of a frame that is held in one buffer.</summary>
public static class ChecksumCompletion
{
    /// <summary>
    /// Completes a partial checksum: sums from <paramref name="start"/> to the end of the frame, the seed in the field included,
    /// and stores the complement (virtio 1.2 §5.1.6.2, csum_start and csum_offset; Linux CHECKSUM_PARTIAL).
    /// </summary>
    /// <param name="frame">The frame; its last byte is the last that the checksum covers.</param>
    /// <param name="start">Offset in the frame of the first byte covered.</param>
    /// <param name="offset">Offset of the checksum field from <paramref name="start"/>.</param>
    /// <returns>False, and nothing changed, when the field does not lie within the frame.</returns>
    public static bool TryComplete(Span<byte> frame, int start, int offset)
    {
        if ((uint)start > (uint)frame.Length
            || (uint)offset > (uint)(frame.Length - start)
            || frame.Length - start - offset < sizeof(ushort))
        {
            return false;
        }

        ushort checksum = InternetChecksum.Compute(frame[start..]);

        // SAFETY: tested above. Zero would tell a UDP receiver that there is no checksum (RFC 768); for every other protocol
        // 0xffff means the same as zero.
        WireBytes.WriteUInt16Unchecked(frame, start + offset, checksum == 0 ? (ushort)0xffff : checksum);
        return true;
    }

    /// <summary>Computes the IPv4 header checksum and the TCP, UDP, ICMP or ICMPv6 checksum of a frame, whatever their fields
    /// hold.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="layout">What <see cref="PacketParser"/> said of it.</param>
    /// <returns>True when the transport checksum was filled in; false when there is none to fill in, which leaves that of the IPv4
    /// header filled in all the same.</returns>
    public static bool TryFill(Span<byte> frame, in FrameLayout layout)
    {
        FillIPv4Header(frame, layout);
        if (!TryLocate(frame, layout, out int field, out int end)
            || !TryPseudoHeaderSum(frame, layout, end - layout.L4Offset, out ulong sum))
        {
            return false;
        }

        // SAFETY: TryLocate established that the field lies within the frame.
        WireBytes.WriteUInt16Unchecked(frame, field, 0);
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(sum, frame[layout.L4Offset..end]));
        bool zeroMeansNone = layout.Type.Transport() == PacketType.Udp;
        WireBytes.WriteUInt16Unchecked(frame, field, checksum == 0 && zeroMeansNone ? (ushort)0xffff : checksum);
        return true;
    }

    /// <summary>Stores the seed of a partial checksum, the folded sum of the pseudo-header, for a port that computes the rest: what
    /// <see cref="TryComplete"/> starts from.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="layout">What <see cref="PacketParser"/> said of it.</param>
    /// <param name="offset">Offset of the checksum field from <see cref="FrameLayout.L4Offset"/>, where the sum starts.</param>
    /// <returns>False, and nothing changed, when the frame has no such checksum.</returns>
    public static bool TrySeed(Span<byte> frame, in FrameLayout layout, out int offset)
    {
        offset = 0;
        if (!TryLocate(frame, layout, out int field, out int end)
            || !TryPseudoHeaderSum(frame, layout, end - layout.L4Offset, out ulong sum))
        {
            return false;
        }

        // SAFETY: TryLocate established that the field lies within the frame.
        WireBytes.WriteUInt16Unchecked(frame, field, InternetChecksum.Fold(sum));
        offset = field - layout.L4Offset;
        return true;
    }

    /// <summary>Tests the checksum of an IPv4 header.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="layout">What <see cref="PacketParser"/> said of it.</param>
    /// <returns>Good, bad, or unknown when it is not IPv4.</returns>
    public static ChecksumStatus VerifyIPv4Header(ReadOnlySpan<byte> frame, in FrameLayout layout)
    {
        if (!layout.Type.IsIPv4() || frame.Length < layout.L4Offset)
        {
            return ChecksumStatus.Unknown;
        }

        return InternetChecksum.IsValid(frame[layout.L3Offset..layout.L4Offset]) ? ChecksumStatus.Good : ChecksumStatus.Bad;
    }

    /// <summary>Tests the TCP, UDP, ICMP or ICMPv6 checksum.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="layout">What <see cref="PacketParser"/> said of it.</param>
    /// <returns>Good, bad, absent, or unknown when there is none that can be tested.</returns>
    public static ChecksumStatus VerifyTransport(ReadOnlySpan<byte> frame, in FrameLayout layout)
    {
        if (!TryLocate(frame, layout, out int field, out int end)
            || !TryPseudoHeaderSum(frame, layout, end - layout.L4Offset, out ulong sum))
        {
            return ChecksumStatus.Unknown;
        }

        // SAFETY: TryLocate established that the field lies within the frame.
        if (layout.Type.Transport() == PacketType.Udp && WireBytes.ReadUInt16Unchecked(frame, field) == 0)
        {
            // RFC 8200 §8.1: over IPv6 there has to be one.
            return layout.Type.IsIPv4() ? ChecksumStatus.Absent : ChecksumStatus.Bad;
        }

        return InternetChecksum.IsValid(frame[layout.L4Offset..end], sum) ? ChecksumStatus.Good : ChecksumStatus.Bad;
    }

    /// <summary>The running sum of what a frame's transport checksum covers besides the transport header and payload.</summary>
    /// <param name="headers">The frame, or its first buffer with all headers.</param>
    /// <param name="layout">What <see cref="PacketParser"/> said of it.</param>
    /// <param name="transportLength">Bytes of transport header and payload.</param>
    /// <param name="sum">The running sum; 0 for ICMP over IPv4, which has no pseudo-header.</param>
    /// <returns>False when the frame is not whole IP, or its last destination cannot be known (a routing header of an unknown
    /// type).</returns>
    public static bool TryPseudoHeaderSum(ReadOnlySpan<byte> headers, in FrameLayout layout, int transportLength, out ulong sum)
    {
        sum = 0;
        if (layout.Flags != FrameFlags.None || headers.Length < layout.L4Offset)
        {
            return false;
        }

        ReadOnlySpan<byte> network = headers[layout.L3Offset..layout.L4Offset];
        if (layout.Type.IsIPv6())
        {
            return TryIPv6PseudoHeaderSum(network, layout.Protocol, transportLength, out sum);
        }

        if (!layout.Type.IsIPv4() || network.Length < IPv4Header.MinSize)
        {
            return false;
        }

        // SAFETY: tested above.
        sum = layout.Protocol == IpProtocol.Icmp
            ? 0
            : InternetChecksum.PseudoHeader(
                WireBytes.ReadIPv4Unchecked(network, IPv4Header.Field.Source),
                WireBytes.ReadIPv4Unchecked(network, IPv4Header.Field.Destination),
                layout.Protocol,
                (ushort)transportLength);
        return true;
    }

    private static bool TryIPv6PseudoHeaderSum(ReadOnlySpan<byte> headers, IpProtocol protocol, int length, out ulong sum)
    {
        sum = 0;
        if (headers.Length < IPv6Header.Size)
        {
            return false;
        }

        int destination = IPv6Header.Field.Destination;
        if (headers.Length > IPv6Header.Size)
        {
            IpProtocol first = (IpProtocol)WireBytes.ReadByteUnchecked(headers, IPv6Header.Field.NextHeader);
            if (!IPv6ExtensionChain.TryWalk(first, headers[IPv6Header.Size..], out IPv6ExtensionChain chain) || chain.HasUnknownRouting)
            {
                return false;
            }

            destination = chain.FinalDestinationOffset == 0 ? destination : IPv6Header.Size + chain.FinalDestinationOffset;
        }

        // SAFETY: the header is whole, as tested above, and the chain's offset is that of a whole address.
        sum = InternetChecksum.PseudoHeader(
            WireBytes.ReadIPv6Unchecked(headers, IPv6Header.Field.Source),
            WireBytes.ReadIPv6Unchecked(headers, destination),
            protocol,
            (uint)length);
        return true;
    }

    private static void FillIPv4Header(Span<byte> frame, in FrameLayout layout)
    {
        if (!layout.Type.IsIPv4() || layout.L3Length < IPv4Header.MinSize || frame.Length < layout.L4Offset)
        {
            return;
        }

        // SAFETY: tested above.
        Span<byte> header = frame[layout.L3Offset..layout.L4Offset];
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.Checksum, 0);
        WireBytes.WriteUInt16Unchecked(header, IPv4Header.Field.Checksum, InternetChecksum.Compute(header));
    }

    // Where the transport checksum's field is, and where what it covers ends.
    private static bool TryLocate(ReadOnlySpan<byte> frame, in FrameLayout layout, out int field, out int end)
    {
        PacketType transport = layout.Type.Transport();
        int offset = transport switch
        {
            PacketType.Tcp => TcpHeader.Field.Checksum,
            PacketType.Udp => UdpHeader.Field.Checksum,
            PacketType.Icmp => IcmpHeader.Field.Checksum,
            _ => -1,
        };

        end = layout.End;
        field = layout.L4Offset + offset;
        if (offset < 0
            || layout.Flags != FrameFlags.None
            || frame.Length < end
            || end < layout.L4Offset + UdpHeader.Size
            || end < field + sizeof(ushort))
        {
            return false;
        }

        if (transport != PacketType.Udp)
        {
            return true;
        }

        // The checksum covers what UDP's own length says, which may be less than the IP payload (RFC 768).
        // SAFETY: tested above.
        int length = WireBytes.ReadUInt16Unchecked(frame, layout.L4Offset + UdpHeader.Field.Length);
        bool fits = length >= UdpHeader.Size && length <= end - layout.L4Offset;
        end = layout.L4Offset + length;
        return fits;
    }
}
