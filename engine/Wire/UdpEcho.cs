namespace PollIO.Wire;

/// <summary>Turns a UDP datagram into its echo (RFC 862), in place. Exchanging addresses and ports leaves every checksum as it was.</summary>
public static class UdpEcho
{
    /// <summary>Answers a datagram.</summary>
    /// <param name="packet">The datagram; the answer when true is returned.</param>
    /// <param name="address">The Ethernet address the answer comes from.</param>
    /// <param name="port">The UDP port that echoes, in host order. What comes from that port is not answered: two servers would never stop.</param>
    /// <returns>
    /// Whether it was one to answer; otherwise the packet is as it was. Fragments, chains, and what was sent to or from a group are not.
    /// </returns>
    public static bool TryAnswer(Packet packet, MacAddress address, ushort port)
    {
        Span<byte> frame = packet.Data;
        FrameLayout layout = PacketParser.Parse(frame, packet.Length);
        if (layout.Flags != FrameFlags.None || layout.Type.Transport() != PacketType.Udp || packet.SegmentCount != 1
            || !EthernetHeaderWriter.TryWrap(frame, out EthernetHeaderWriter ethernet) || ethernet.Source.IsMulticast || ethernet.Destination.IsMulticast
            || !UdpHeaderWriter.TryWrap(frame[layout.L4Offset..], out UdpHeaderWriter udp) || udp.DestinationPort != port || udp.SourcePort == port)
        {
            return false;
        }

        // RFC 791 §3.1, RFC 8200 §3: the destination stands right behind the source. Groups begin with these bytes or higher ones.
        (int at, int size, byte groups) = layout.Type.IsIPv4() ? (layout.L3Offset + 12, IPv4Address.Size, (byte)0xe0) : (layout.L3Offset + 8, IPv6Address.Size, (byte)0xff);
        Span<byte> source = frame.Slice(at, size), destination = frame.Slice(at + size, size);
        if (source[0] >= groups || destination[0] >= groups)
        {
            return false;
        }

        EchoResponder.Swap(source, destination);
        udp.SwapPorts();
        ethernet.Destination = ethernet.Source;
        ethernet.Source = address;
        return true;
    }
}
