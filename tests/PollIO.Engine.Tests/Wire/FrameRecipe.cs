namespace PollIO.Tests.Wire;

/// <summary>What a test frame is made of; <see cref="Build"/> makes it.</summary>
internal sealed record FrameRecipe
{
    internal int VlanTags { get; init; }

    internal bool IPv6 { get; init; }

    internal int IPv4OptionsLength { get; init; }

    /// <summary>Extension headers, each complete but for its next-header byte, with their protocol.</summary>
    internal (IpProtocol Protocol, byte[] Bytes)[] Extensions { get; init; } = [];

    internal bool Udp { get; init; }

    internal int TcpOptionsLength { get; init; }

    internal TcpFlags TcpFlags { get; init; } = TcpFlags.Ack;

    internal ushort UrgentPointer { get; init; }

    internal uint Sequence { get; init; } = 0xffff_f000;

    internal ushort Identification { get; init; } = 0xfffe;

    internal byte[] Payload { get; init; } = [];

    internal int Padding { get; init; }

    internal IpProtocol Protocol => Udp ? IpProtocol.Udp : IpProtocol.Tcp;

    internal int L2Length => EthernetHeader.Size + (VlanTags * VlanHeader.Size);

    internal int L3Length => IPv6 ? IPv6Header.Size + Extensions.Sum(static e => e.Bytes.Length) : IPv4Header.MinSize + IPv4OptionsLength;

    internal int L4Length => Udp ? UdpHeader.Size : TcpHeader.MinSize + TcpOptionsLength;

    internal int HeaderLength => L2Length + L3Length + L4Length;

    internal GsoKind Kind => Udp ? GsoKind.Udp : IPv6 ? GsoKind.TcpIPv6 : GsoKind.TcpIPv4;

    internal static FrameRecipe Random(Random random, int maxPayload)
    {
        byte[] payload = new byte[random.Next(maxPayload + 1)];
        random.NextBytes(payload);
        bool v6 = random.Next(2) == 0;
        List<(IpProtocol, byte[])> extensions = [];
        for (int i = random.Next(4); v6 && i > 0; i--)
        {
            byte units = (byte)random.Next(3);
            byte[] header = new byte[(units + 1) * 8];
            header[1] = units;
            extensions.Add((random.Next(2) == 0 ? IpProtocol.DestinationOptions : IpProtocol.HopByHopOptions, header));
        }

        return new FrameRecipe
        {
            VlanTags = random.Next(3),
            IPv6 = v6,
            IPv4OptionsLength = random.Next(11) * 4,
            Extensions = [.. extensions],
            Udp = random.Next(2) == 0,
            TcpOptionsLength = random.Next(11) * 4,
            TcpFlags = (TcpFlags)random.Next(0x200) & ~(TcpFlags.Syn | TcpFlags.Rst),
            UrgentPointer = (ushort)random.Next(0x10000),
            Sequence = (uint)random.NextInt64(0x1_0000_0000),
            Identification = (ushort)random.Next(0x10000),
            Payload = payload,
            Padding = random.Next(3) == 0 ? random.Next(40) : 0,
        };
    }

    internal byte[] Build()
    {
        byte[] frame = new byte[HeaderLength + Payload.Length + Padding];
        Assert.True(EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter ethernet));
        ethernet.Destination = LiteralFrames.Mac2;
        ethernet.Source = LiteralFrames.Mac1;
        EtherType network = IPv6 ? EtherType.IPv6 : EtherType.IPv4;
        ethernet.EtherType = VlanTags switch { 0 => network, 1 => EtherType.Vlan, _ => EtherType.ServiceVlan };
        for (int tag = 0; tag < VlanTags; tag++)
        {
            Assert.True(VlanHeaderWriter.TryCreate(frame.AsSpan(EthernetHeader.Size + (tag * VlanHeader.Size)), out VlanHeaderWriter vlan));
            vlan.VlanId = 100 + tag;
            vlan.EtherType = tag == VlanTags - 1 ? network : EtherType.Vlan;
        }

        int transportLength = L4Length + Payload.Length;
        Span<byte> transport = frame.AsSpan(L2Length + L3Length, transportLength);
        ulong sum;
        if (IPv6)
        {
            Assert.True(
                IPv6HeaderWriter.TryCreate(frame.AsSpan(L2Length), L3Length - IPv6Header.Size + transportLength, out IPv6HeaderWriter ip));
            ip.HopLimit = 64;
            ip.Source = LiteralFrames.Node1;
            ip.Destination = LiteralFrames.Node2;
            ip.NextHeader = Extensions.Length > 0 ? Extensions[0].Protocol : Protocol;
            int at = 0;
            for (int i = 0; i < Extensions.Length; i++)
            {
                Extensions[i].Bytes.CopyTo(ip.Payload[at..]);
                ip.Payload[at] = (byte)(i + 1 < Extensions.Length ? Extensions[i + 1].Protocol : Protocol);
                at += Extensions[i].Bytes.Length;
            }

            sum = InternetChecksum.PseudoHeader(ip.Source, ip.Destination, Protocol, (uint)transportLength);
        }
        else
        {
            Assert.True(IPv4HeaderWriter.TryCreate(frame.AsSpan(L2Length), IPv4OptionsLength, transportLength, out IPv4HeaderWriter ip));
            ip.Identification = Identification;
            ip.DontFragment = true;
            ip.TimeToLive = 64;
            ip.Protocol = Protocol;
            ip.Source = LiteralFrames.Host1;
            ip.Destination = LiteralFrames.Host2;
            ip.Options.Fill(1);
            ip.UpdateChecksum();
            sum = ip.PseudoHeaderSum;
        }

        if (Udp)
        {
            Assert.True(UdpHeaderWriter.TryCreate(transport, Payload.Length, out UdpHeaderWriter udp));
            udp.SourcePort = 1000;
            udp.DestinationPort = 2000;
            Payload.CopyTo(udp.Payload);
            udp.UpdateChecksum(sum);
        }
        else
        {
            Assert.True(TcpHeaderWriter.TryCreate(transport, TcpOptionsLength, Payload.Length, out TcpHeaderWriter tcp));
            tcp.SourcePort = 1000;
            tcp.DestinationPort = 2000;
            tcp.SequenceNumber = Sequence;
            tcp.AcknowledgmentNumber = 77;
            tcp.Flags = TcpFlags;
            tcp.Window = 5000;
            tcp.UrgentPointer = UrgentPointer;
            tcp.Options.Fill(1);
            Payload.CopyTo(tcp.Payload);
            tcp.UpdateChecksum(sum);
        }

        return frame;
    }
}
