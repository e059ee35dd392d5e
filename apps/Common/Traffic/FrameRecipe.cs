using PollIO.Wire;

namespace PollIO.Apps.Common.Traffic;

/// <summary>What every generated frame has in common, and where in it things stand.</summary>
internal sealed record FrameRecipe
{
    internal const int MaxSize = 9018;

    // RFC 2544 appendix C.2.2 and RFC 5180 section 8: the blocks for testing network devices.
    internal static readonly IPv4Address DefaultSource4 = new(198, 18, 0, 1);
    internal static readonly IPv4Address DefaultDestination4 = new(198, 18, 0, 2);
    internal static readonly IPv6Address DefaultSource6 = new(0x2001_0002_0000_0000, 1);
    internal static readonly IPv6Address DefaultDestination6 = new(0x2001_0002_0000_0000, 2);

    internal Protocol Protocol { get; init; }

    internal bool IsIPv6 { get; init; }

    /// <summary>The 802.1Q tag's VLAN, or null without a tag.</summary>
    internal int? Vlan { get; init; }

    internal MacAddress SourceMac { get; init; }

    internal MacAddress DestinationMac { get; init; }

    internal IPv4Address Source4 { get; init; } = DefaultSource4;

    internal IPv4Address Destination4 { get; init; } = DefaultDestination4;

    internal IPv6Address Source6 { get; init; } = DefaultSource6;

    internal IPv6Address Destination6 { get; init; } = DefaultDestination6;

    internal ushort SourcePort { get; init; } = 1024;

    /// <summary>Port 9, where what arrives is discarded (RFC 863).</summary>
    internal ushort DestinationPort { get; init; } = 9;

    /// <summary>Whether the payload begins with a <see cref="Stamp"/>.</summary>
    internal bool IsStamped { get; init; }

    internal int L3Offset => EthernetHeader.Size + (Vlan is null ? 0 : VlanHeader.Size);

    internal int L4Offset => L3Offset + (IsIPv6 ? IPv6Header.Size : IPv4Header.MinSize);

    internal int PayloadOffset => L4Offset + Protocol switch
    {
        Protocol.Udp => UdpHeader.Size,
        Protocol.Tcp => TcpHeader.MinSize,
        _ => IcmpHeader.Size,
    };

    /// <summary>Where the checksum of UDP, TCP or ICMP stands.</summary>
    internal int ChecksumOffset => L4Offset + Protocol switch
    {
        Protocol.Udp => 6,
        Protocol.Tcp => 16,
        _ => 2,
    };

    /// <summary>Bytes of the smallest frame: the headers and the stamp, and what Ethernet asks for.</summary>
    internal int MinSize => Math.Max(60, PayloadOffset + (IsStamped ? Stamp.Size : 0));

    /// <summary>Whether addresses are part of what the transport checksum covers.</summary>
    internal bool HasPseudoHeader => IsIPv6 || Protocol != Protocol.Icmp;

    /// <summary>Makes a frame with right checksums, its payload zero.</summary>
    /// <param name="size">Bytes, without the frame check sequence.</param>
    internal byte[] Build(int size)
    {
        var frame = new byte[size];
        EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter ethernet);
        ethernet.Destination = DestinationMac;
        ethernet.Source = SourceMac;
        EtherType network = IsIPv6 ? EtherType.IPv6 : EtherType.IPv4;
        ethernet.EtherType = Vlan is null ? network : EtherType.Vlan;
        if (Vlan is { } vlan)
        {
            VlanHeaderWriter.TryCreate(ethernet.Payload, out VlanHeaderWriter tag);
            tag.VlanId = vlan;
            tag.EtherType = network;
        }

        ulong pseudoHeader = IsIPv6 ? WriteIPv6(frame) : WriteIPv4(frame);
        WriteTransport(frame.AsSpan(L4Offset), size - PayloadOffset, pseudoHeader);
        return frame;
    }

    private ulong WriteIPv4(Span<byte> frame)
    {
        IPv4HeaderWriter.TryCreate(frame[L3Offset..], optionsLength: 0, frame.Length - L4Offset, out IPv4HeaderWriter ip);
        ip.DontFragment = true;
        ip.TimeToLive = 64;
        ip.Protocol = Protocol switch { Protocol.Udp => IpProtocol.Udp, Protocol.Tcp => IpProtocol.Tcp, _ => IpProtocol.Icmp };
        ip.Source = Source4;
        ip.Destination = Destination4;
        ip.UpdateChecksum();
        return ip.PseudoHeaderSum;
    }

    private ulong WriteIPv6(Span<byte> frame)
    {
        IPv6HeaderWriter.TryCreate(frame[L3Offset..], frame.Length - L4Offset, out IPv6HeaderWriter ip);
        ip.HopLimit = 64;
        ip.NextHeader = Protocol switch { Protocol.Udp => IpProtocol.Udp, Protocol.Tcp => IpProtocol.Tcp, _ => IpProtocol.Icmpv6 };
        ip.Source = Source6;
        ip.Destination = Destination6;
        return ip.PseudoHeaderSum;
    }

    private void WriteTransport(Span<byte> segment, int payload, ulong pseudoHeader)
    {
        switch (Protocol)
        {
            case Protocol.Udp:
                UdpHeaderWriter.TryCreate(segment, payload, out UdpHeaderWriter udp);
                udp.SourcePort = SourcePort;
                udp.DestinationPort = DestinationPort;
                udp.UpdateChecksum(pseudoHeader);
                break;
            case Protocol.Tcp:
                TcpHeaderWriter.TryCreate(segment, optionsLength: 0, payload, out TcpHeaderWriter tcp);
                tcp.SourcePort = SourcePort;
                tcp.DestinationPort = DestinationPort;
                tcp.Flags = TcpFlags.Ack;
                tcp.Window = ushort.MaxValue;
                tcp.UpdateChecksum(pseudoHeader);
                break;
            case Protocol.Icmp when IsIPv6:
                Icmpv6HeaderWriter.TryCreate(segment, Icmpv6Type.EchoRequest, payload, out Icmpv6HeaderWriter icmpv6);
                icmpv6.Identifier = SourcePort;
                icmpv6.UpdateChecksum(pseudoHeader);
                break;
            default:
                IcmpHeaderWriter.TryCreate(segment, payload, out IcmpHeaderWriter icmp);
                icmp.Type = IcmpType.EchoRequest;
                icmp.Identifier = SourcePort;
                icmp.UpdateChecksum();
                break;
        }
    }
}
