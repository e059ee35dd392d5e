namespace PollIO.Wire;

/// <summary>
/// Finds the layers of an Ethernet frame in one pass. Any bytes are accepted: what cannot be understood is left out of the result
/// and flagged; nothing is thrown, and nothing outside the span is read. Each length is read once and kept, so that a peer that
/// changes a shared buffer meanwhile cannot lead the parser out of it.
/// </summary>
public static class PacketParser
{
    /// <summary>VLAN tags that are looked through; a third one is left as the EtherType of what follows.</summary>
    public const int MaxVlanTags = 2;

    private const int SctpHeaderSize = 12; // RFC 9260 §3.1
    private const int IgmpHeaderSize = 8; // RFC 2236 §2

    /// <summary>Parses a frame that is held in one buffer.</summary>
    /// <param name="frame">The frame from its destination address on, without the frame check sequence.</param>
    /// <returns>Where its layers are.</returns>
    public static FrameLayout Parse(ReadOnlySpan<byte> frame) => Parse(frame, frame.Length);

    /// <summary>Parses a frame of which the first buffer holds the headers.</summary>
    /// <param name="headers">The first bytes of the frame. A header that goes beyond them is not read, and flagged as truncated.</param>
    /// <param name="frameLength">Bytes in the whole frame; taken as the number of bytes given where it is less.</param>
    /// <returns>Where its layers are.</returns>
    public static FrameLayout Parse(ReadOnlySpan<byte> headers, int frameLength)
    {
        FrameLayout layout = default;
        layout.End = Math.Max(headers.Length, frameLength);
        if (headers.Length < EthernetHeader.Size)
        {
            layout.Flags = FrameFlags.Truncated;
            return layout;
        }

        // SAFETY of the unchecked reads in this file: each is behind a test of headers.Length in the same method.
        EtherType type = (EtherType)WireBytes.ReadUInt16Unchecked(headers, EthernetHeader.Field.EtherType);
        int offset = EthernetHeader.Size;
        while (type is EtherType.Vlan or EtherType.ServiceVlan && layout.VlanTags < MaxVlanTags)
        {
            if (headers.Length < offset + VlanHeader.Size)
            {
                layout.Flags = FrameFlags.Truncated;
                break;
            }

            type = (EtherType)WireBytes.ReadUInt16Unchecked(headers, offset + VlanHeader.Field.EtherType);
            offset += VlanHeader.Size;
            layout.VlanTags++;
        }

        layout.EtherType = type;
        layout.L2Length = (ushort)offset;
        layout.PayloadOffset = offset;
        layout.Type = layout.VlanTags switch
        {
            0 => PacketType.Ethernet,
            1 => PacketType.EthernetVlan,
            _ => PacketType.EthernetQinQ,
        };

        switch (type)
        {
            case EtherType.IPv4:
                ParseIPv4(headers, ref layout);
                break;
            case EtherType.IPv6:
                ParseIPv6(headers, ref layout);
                break;
            case EtherType.Arp:
                layout.Type = PacketType.EthernetArp;
                break;
            case EtherType.Lldp:
                layout.Type = PacketType.EthernetLldp;
                break;
            case EtherType.TimeSync:
                layout.Type = PacketType.EthernetTimeSync;
                break;
            default:
                break;
        }

        return layout;
    }

    private static void ParseIPv4(ReadOnlySpan<byte> headers, ref FrameLayout layout)
    {
        int offset = layout.L2Length;
        if (headers.Length < offset + IPv4Header.MinSize)
        {
            layout.Flags |= FrameFlags.Truncated;
            return;
        }

        byte versionAndLength = WireBytes.ReadByteUnchecked(headers, offset + IPv4Header.Field.VersionAndLength);
        int headerLength = (versionAndLength & 0xf) * sizeof(uint);
        int totalLength = WireBytes.ReadUInt16Unchecked(headers, offset + IPv4Header.Field.TotalLength);
        if (versionAndLength >> 4 != 4 || headerLength < IPv4Header.MinSize || totalLength < headerLength)
        {
            layout.Flags |= FrameFlags.Malformed;
            return;
        }

        if (headers.Length < offset + headerLength)
        {
            layout.Flags |= FrameFlags.Truncated;
            return;
        }

        SetEnd(ref layout, offset + totalLength);
        layout.Type |= headerLength == IPv4Header.MinSize ? PacketType.IPv4 : PacketType.IPv4Options;
        layout.L3Length = (ushort)headerLength;
        layout.PayloadOffset = offset + headerLength;
        layout.Protocol = (IpProtocol)WireBytes.ReadByteUnchecked(headers, offset + IPv4Header.Field.Protocol);

        int fragment = WireBytes.ReadUInt16Unchecked(headers, offset + IPv4Header.Field.Fragment);
        ParseTransport(headers, ref layout, (fragment & (IPv4Header.Flag.MoreFragments | IPv4Header.Flag.OffsetMask)) != 0);
    }

    private static void ParseIPv6(ReadOnlySpan<byte> headers, ref FrameLayout layout)
    {
        int offset = layout.L2Length;
        if (headers.Length < offset + IPv6Header.Size)
        {
            layout.Flags |= FrameFlags.Truncated;
            return;
        }

        if (WireBytes.ReadByteUnchecked(headers, offset + IPv6Header.Field.VersionClassFlow) >> 4 != 6)
        {
            layout.Flags |= FrameFlags.Malformed;
            return;
        }

        int payload = offset + IPv6Header.Size;
        SetEnd(ref layout, payload + WireBytes.ReadUInt16Unchecked(headers, offset + IPv6Header.Field.PayloadLength));
        IpProtocol first = (IpProtocol)WireBytes.ReadByteUnchecked(headers, offset + IPv6Header.Field.NextHeader);
        int reach = Math.Min(headers.Length, layout.End);
        bool whole = IPv6ExtensionChain.TryWalk(first, headers[payload..reach], out IPv6ExtensionChain chain);

        layout.Type |= whole && chain.Length == 0 ? PacketType.IPv6 : PacketType.IPv6Extensions;
        layout.L3Length = (ushort)(IPv6Header.Size + chain.Length);
        layout.PayloadOffset = payload + chain.Length;
        layout.Protocol = chain.Protocol;
        if (!whole)
        {
            layout.Flags |= FrameFlags.Truncated | (chain.IsFragment ? FrameFlags.Fragment : FrameFlags.None);
            return;
        }

        ParseTransport(headers, ref layout, chain.IsFragment);
    }

    private static void ParseTransport(ReadOnlySpan<byte> headers, ref FrameLayout layout, bool isFragment)
    {
        if (isFragment)
        {
            layout.Type |= PacketType.Fragment;
            layout.Flags |= FrameFlags.Fragment;
            return;
        }

        int offset = layout.PayloadOffset;
        int available = Math.Min(headers.Length, layout.End) - offset;
        (PacketType type, int length) = layout.Protocol switch
        {
            IpProtocol.Tcp => (PacketType.Tcp, TcpHeader.MinSize),
            IpProtocol.Udp => (PacketType.Udp, UdpHeader.Size),
            IpProtocol.Icmp when layout.Type.IsIPv4() => (PacketType.Icmp, IcmpHeader.Size),
            IpProtocol.Icmpv6 when layout.Type.IsIPv6() => (PacketType.Icmp, Icmpv6Header.Size),
            IpProtocol.Sctp => (PacketType.Sctp, SctpHeaderSize),
            IpProtocol.Igmp => (PacketType.Igmp, IgmpHeaderSize),
            _ => (PacketType.OtherTransport, 0),
        };

        if (length > available)
        {
            layout.Flags |= FrameFlags.Truncated;
            return;
        }

        if (type == PacketType.Tcp)
        {
            length = (WireBytes.ReadByteUnchecked(headers, offset + TcpHeader.Field.OffsetAndFlags) >> 4) * sizeof(uint);
            if (length < TcpHeader.MinSize || length > available)
            {
                layout.Flags |= length < TcpHeader.MinSize ? FrameFlags.Malformed : FrameFlags.Truncated;
                return;
            }
        }

        layout.Type |= type;
        layout.L4Length = (byte)length;
        layout.PayloadOffset = offset + length;
    }

    private static void SetEnd(ref FrameLayout layout, int end)
    {
        layout.Flags |= end > layout.End ? FrameFlags.Truncated : FrameFlags.None;
        layout.End = Math.Min(layout.End, end);
    }
}
