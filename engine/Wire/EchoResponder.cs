using System.Buffers.Binary;

namespace PollIO.Wire;

/// <summary>
/// Turns one request into its answer, in place. VLAN tags stay, chains stay; checksums are adjusted to what changed, so that a
/// request that arrived damaged gets an answer that is as damaged and no host takes for good.
/// </summary>
/// <remarks>
/// A responder that owns every address must not answer those who ask whether an address is free (ARP probes and announcements,
/// RFC 5227 §1.1; duplicate address detection, RFC 4862 §5.4): the asker would give up its own. Fragments are not answered, nor what
/// was sent to a group.
/// </remarks>
public static class EchoResponder
{
    private const byte HopLimit = 64;
    private const byte NeighborHopLimit = 255; // RFC 4861 §7.1.1: what crossed a router is no neighbour's.
    private const int AdvertisementLength = Icmpv6Header.NeighborSize + Icmpv6Header.LinkLayerOptionSize;

    /// <summary>Answers a packet.</summary>
    /// <param name="packet">The request; the answer when true is returned.</param>
    /// <param name="address">The Ethernet address the answer comes from.</param>
    /// <returns>Whether it was a request this responder answers; otherwise the packet is as it was.</returns>
    public static bool TryAnswer(Packet packet, MacAddress address)
    {
        Span<byte> frame = packet.Data;
        FrameLayout layout = PacketParser.Parse(frame, packet.Length);
        if (layout.Flags != FrameFlags.None || !EthernetHeaderWriter.TryWrap(frame, out EthernetHeaderWriter ethernet) || ethernet.Source.IsMulticast)
        {
            return false;
        }

        MacAddress requester = ethernet.Source;
        bool answered = layout.EtherType switch
        {
            EtherType.Arp => TryAnswerArp(frame[layout.L3Offset..], address),
            EtherType.IPv4 => TryAnswerEcho(packet, frame, layout),
            EtherType.IPv6 => TryAnswerIPv6(packet, frame, layout, address),
            _ => false,
        };
        if (answered)
        {
            // A neighbour advertisement may have moved nothing but the packet's end; the header is where it was.
            ethernet.Destination = requester;
            ethernet.Source = address;
        }

        return answered;
    }

    private static bool TryAnswerArp(Span<byte> message, MacAddress address)
    {
        if (!ArpHeaderWriter.TryWrap(message, out ArpHeaderWriter arp)
            || arp.Operation != ArpOperation.Request
            || arp.SenderAddress == IPv4Address.Any
            || arp.SenderAddress == arp.TargetAddress)
        {
            return false;
        }

        IPv4Address target = arp.TargetAddress;
        arp.Operation = ArpOperation.Reply;
        arp.TargetMac = arp.SenderMac;
        arp.TargetAddress = arp.SenderAddress;
        arp.SenderMac = address;
        arp.SenderAddress = target;
        return true;
    }

    private static bool TryAnswerEcho(Packet packet, Span<byte> frame, in FrameLayout layout)
    {
        if (layout.Type.Transport() != PacketType.Icmp || frame[layout.L4Offset] != (byte)IcmpType.EchoRequest || frame[layout.L4Offset + 1] != 0)
        {
            return false;
        }

        // RFC 791 §3.1. The parser has seen that the header is there; a chain may break off behind it.
        Span<byte> header = frame[layout.L3Offset..layout.L4Offset];
        Span<byte> source = header.Slice(12, IPv4Address.Size);
        Span<byte> destination = header.Slice(16, IPv4Address.Size);
        var from = new IPv4Address(BinaryPrimitives.ReadUInt32BigEndian(source));
        var to = new IPv4Address(BinaryPrimitives.ReadUInt32BigEndian(destination));
        if (from == IPv4Address.Any || from.IsMulticast || from.IsBroadcast || to.IsMulticast || to.IsBroadcast)
        {
            return false;
        }

        Swap(source, destination);
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(header[8..]);
        header[8] = HopLimit;
        Adjust(header[10..], before, BinaryPrimitives.ReadUInt16BigEndian(header[8..]));
        ChangeType(packet, frame, layout.L4Offset, (byte)IcmpType.EchoReply);
        return true;
    }

    private static bool TryAnswerIPv6(Packet packet, Span<byte> frame, in FrameLayout layout, MacAddress address)
    {
        // With extension headers the answer would need others than the request has.
        if (layout.Type.Transport() != PacketType.Icmp || layout.L3Length != IPv6Header.Size || frame[layout.L4Offset + 1] != 0)
        {
            return false;
        }

        return (Icmpv6Type)frame[layout.L4Offset] switch
        {
            Icmpv6Type.EchoRequest => TryAnswerEchoV6(packet, frame, layout),
            Icmpv6Type.NeighborSolicitation => TryAdvertise(packet, frame, layout, address),
            _ => false,
        };
    }

    private static bool TryAnswerEchoV6(Packet packet, Span<byte> frame, in FrameLayout layout)
    {
        // RFC 8200 §3. Exchanging the addresses leaves the pseudo-header's sum as it was.
        Span<byte> header = frame.Slice(layout.L3Offset, IPv6Header.Size);
        Span<byte> source = header.Slice(8, IPv6Address.Size);
        Span<byte> destination = header.Slice(24, IPv6Address.Size);
        if (IsMulticast(source) || IsMulticast(destination) || source.IndexOfAnyExcept((byte)0) < 0)
        {
            return false;
        }

        Swap(source, destination);
        header[7] = HopLimit;
        ChangeType(packet, frame, layout.L4Offset, (byte)Icmpv6Type.EchoReply);
        return true;
    }

    // RFC 4861 §7.1.1 says which solicitations are valid, §7.2.4 how they are answered.
    private static bool TryAdvertise(Packet packet, Span<byte> frame, in FrameLayout layout, MacAddress address)
    {
        if (packet.SegmentCount != 1
            || !IPv6Header.TryParse(frame[layout.L3Offset..], out IPv6Header request)
            || request.HopLimit != NeighborHopLimit
            || request.Source == IPv6Address.Any
            || request.Source.IsMulticast
            || !Icmpv6Header.TryParse(request.Payload, out Icmpv6Header solicitation)
            || solicitation.TargetAddress.IsMulticast)
        {
            return false;
        }

        IPv6Address target = solicitation.TargetAddress;
        IPv6Address requester = request.Source;
        int added = layout.L4Offset + AdvertisementLength - packet.Length;
        if (added > 0 ? !packet.TryAppend(added, out _) : !packet.TryTrimEnd(-added))
        {
            return false;
        }

        Span<byte> datagram = packet.Data[layout.L3Offset..];
        IPv6HeaderWriter.TryCreate(datagram, AdvertisementLength, out IPv6HeaderWriter ip);
        ip.NextHeader = IpProtocol.Icmpv6;
        ip.HopLimit = NeighborHopLimit;
        ip.Source = target;
        ip.Destination = requester;
        const NeighborAdvertisementFlags Flags = NeighborAdvertisementFlags.Solicited | NeighborAdvertisementFlags.Override;
        Icmpv6HeaderWriter.TryCreateNeighborAdvertisement(ip.Payload, target, address, Flags, out Icmpv6HeaderWriter advertisement);
        advertisement.UpdateChecksum(ip.PseudoHeaderSum);
        packet.Metadata.Flags &= ~PacketFlags.ChecksumPartial;
        return true;
    }

    // A checksum still to be finished holds the seed of its sum, in which the message's own bytes do not count yet.
    private static void ChangeType(Packet packet, Span<byte> frame, int message, byte type)
    {
        Span<byte> header = frame[message..];
        ushort before = BinaryPrimitives.ReadUInt16BigEndian(header);
        header[0] = type;
        if ((packet.Metadata.Flags & PacketFlags.ChecksumPartial) == 0)
        {
            Adjust(header[2..], before, BinaryPrimitives.ReadUInt16BigEndian(header));
        }
    }

    private static void Adjust(Span<byte> checksum, ushort before, ushort after) =>
        BinaryPrimitives.WriteUInt16BigEndian(checksum, InternetChecksum.Update(BinaryPrimitives.ReadUInt16BigEndian(checksum), before, after));

    private static bool IsMulticast(ReadOnlySpan<byte> address) => address[0] == 0xff;

    internal static void Swap(Span<byte> one, Span<byte> other)
    {
        Span<byte> held = stackalloc byte[IPv6Address.Size];
        one.CopyTo(held);
        other.CopyTo(one);
        held[..one.Length].CopyTo(other);
    }
}
