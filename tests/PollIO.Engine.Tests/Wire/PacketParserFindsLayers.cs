using System.Runtime.CompilerServices;

namespace PollIO.Tests.Wire;

public sealed class PacketParserFindsLayers
{
    [Theory]
    [InlineData(LiteralFrames.ArpRequest, PacketType.EthernetArp, 0, 0)]
    [InlineData(LiteralFrames.IcmpEcho, PacketType.Ethernet | PacketType.IPv4 | PacketType.Icmp, 20, 8)]
    [InlineData(LiteralFrames.NeighborSolicitation, PacketType.Ethernet | PacketType.IPv6 | PacketType.Icmp, 40, 8)]
    [InlineData(LiteralFrames.MulticastListenerReport, PacketType.Ethernet | PacketType.IPv6Extensions | PacketType.Icmp, 48, 8)]
    [InlineData(LiteralFrames.UdpIPv4, PacketType.Ethernet | PacketType.IPv4 | PacketType.Udp, 20, 8)]
    [InlineData(LiteralFrames.UdpRouterAlert, PacketType.Ethernet | PacketType.IPv4Options | PacketType.Udp, 24, 8)]
    [InlineData(LiteralFrames.UdpIPv6, PacketType.Ethernet | PacketType.IPv6 | PacketType.Udp, 40, 8)]
    [InlineData(LiteralFrames.TcpSyn, PacketType.Ethernet | PacketType.IPv4 | PacketType.Tcp, 20, 40)]
    [InlineData(LiteralFrames.TcpData, PacketType.Ethernet | PacketType.IPv4 | PacketType.Tcp, 20, 32)]
    public void KernelFrames(string hex, PacketType type, int l3, int l4)
    {
        byte[] frame = LiteralFrames.Bytes(hex);

        FrameLayout layout = PacketParser.Parse(frame);

        Assert.Equal(type, layout.Type);
        Assert.Equal((14, l3, l4), (layout.L2Length, layout.L3Length, layout.L4Length));
        Assert.Equal((14, 14 + l3, 14 + l3 + l4), (layout.L3Offset, layout.L4Offset, layout.PayloadOffset));
        Assert.Equal(frame.Length, layout.End);
        Assert.Equal(FrameFlags.None, layout.Flags);
        Assert.Equal(0, layout.VlanTags);
    }

    [Fact]
    public void EveryRecipeIsFoundAsItWasBuilt()
    {
        Random random = new(1);
        for (int round = 0; round < 5000; round++)
        {
            FrameRecipe recipe = FrameRecipe.Random(random, 300);
            byte[] frame = recipe.Build();

            FrameLayout layout = PacketParser.Parse(frame);

            Assert.Equal(FrameFlags.None, layout.Flags);
            Assert.Equal((recipe.L2Length, recipe.L3Length, recipe.L4Length), (layout.L2Length, layout.L3Length, layout.L4Length));
            Assert.Equal((recipe.VlanTags, recipe.Protocol), (layout.VlanTags, layout.Protocol));
            Assert.Equal(frame.Length - recipe.Padding, layout.End);
            Assert.Equal(recipe.HeaderLength, layout.PayloadOffset);
            Assert.Equal(recipe.IPv6 ? EtherType.IPv6 : EtherType.IPv4, layout.EtherType);
            Assert.Equal((!recipe.IPv6, recipe.IPv6), (layout.Type.IsIPv4(), layout.Type.IsIPv6()));
            Assert.Equal(recipe.Udp ? PacketType.Udp : PacketType.Tcp, layout.Type.Transport());
            Assert.Equal(
                recipe.VlanTags switch { 0 => PacketType.Ethernet, 1 => PacketType.EthernetVlan, _ => PacketType.EthernetQinQ },
                layout.Type.Link());
            Assert.Equal(
                recipe.IPv6
                    ? (recipe.Extensions.Length == 0 ? PacketType.IPv6 : PacketType.IPv6Extensions)
                    : (recipe.IPv4OptionsLength == 0 ? PacketType.IPv4 : PacketType.IPv4Options),
                layout.Type.Network());
        }
    }

    [Fact]
    public void HeadersInTheFirstBufferOfAChainAreEnough()
    {
        byte[] frame = new FrameRecipe { Payload = new byte[3000] }.Build();

        FrameLayout whole = PacketParser.Parse(frame);
        FrameLayout first = PacketParser.Parse(frame.AsSpan(0, 54), frame.Length);

        Assert.Equal(whole, first);
        Assert.Equal(FrameFlags.Truncated, PacketParser.Parse(frame.AsSpan(0, 53), frame.Length).Flags);
        Assert.Equal(FrameFlags.Truncated, PacketParser.Parse(frame.AsSpan(0, 54)).Flags);
    }

    [Fact]
    public void FrameLengthBelowTheBytesGivenIsIgnored()
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.UdpIPv4);

        Assert.Equal(PacketParser.Parse(frame), PacketParser.Parse(frame, -5));
    }

    [Theory]
    [InlineData(0x2000, true)] // first
    [InlineData(0x2001, true)] // middle
    [InlineData(0x0001, true)] // last
    [InlineData(0x4000, false)]
    [InlineData(0x8000, false)]
    public void IPv4FragmentsAreFlagged(int word, bool fragment)
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.UdpIPv4);
        (frame[20], frame[21]) = ((byte)(word >> 8), (byte)word);

        FrameLayout layout = PacketParser.Parse(frame);

        Assert.Equal(fragment, layout.IsFragment);
        Assert.Equal(fragment ? PacketType.Fragment : PacketType.Udp, layout.Type.Transport());
        Assert.Equal(fragment ? 0 : 8, layout.L4Length);
    }

    [Theory]
    [InlineData("1100000100000001", true)]
    [InlineData("1100000800000001", true)]
    [InlineData("1100000000000001", false)] // atomic
    public void IPv6FragmentsAreFlagged(string header, bool fragment)
    {
        FrameRecipe recipe = new()
        {
            IPv6 = true,
            Udp = true,
            Payload = new byte[20],
            Extensions = [(IpProtocol.Fragment, LiteralFrames.Bytes(header))],
        };

        FrameLayout layout = PacketParser.Parse(recipe.Build());

        Assert.Equal(fragment, layout.IsFragment);
        Assert.Equal(fragment ? PacketType.Fragment : PacketType.Udp, layout.Type.Transport());
        Assert.Equal(48, layout.L3Length);
    }

    [Theory]
    [InlineData(132, PacketType.Sctp, 12)]
    [InlineData(2, PacketType.Igmp, 8)]
    [InlineData(1, PacketType.Icmp, 8)]
    [InlineData(58, PacketType.OtherTransport, 0)] // ICMPv6 is nothing over IPv4
    [InlineData(50, PacketType.OtherTransport, 0)]
    [InlineData(47, PacketType.OtherTransport, 0)]
    public void OtherProtocolsOverIPv4(byte protocol, PacketType type, int l4)
    {
        byte[] frame = new FrameRecipe { Payload = new byte[20] }.Build();
        frame[23] = protocol;

        FrameLayout layout = PacketParser.Parse(frame);

        Assert.Equal((type, l4, FrameFlags.None), (layout.Type.Transport(), layout.L4Length, layout.Flags));
        Assert.Equal((IpProtocol)protocol, layout.Protocol);
    }

    [Theory]
    [InlineData("0026424203", PacketType.Ethernet)] // IEEE 802.3 length
    [InlineData("88cc", PacketType.EthernetLldp)]
    [InlineData("88f7", PacketType.EthernetTimeSync)]
    [InlineData("8100 0001 0806", PacketType.EthernetArp)]
    [InlineData("8847", PacketType.Ethernet)]
    [InlineData("88a8 0001 8100 0002 8100 0003 0800", PacketType.EthernetQinQ)]
    public void OtherThanIp(string tail, PacketType type)
    {
        byte[] frame = [.. new byte[12], .. LiteralFrames.Bytes(tail), .. new byte[64]];

        FrameLayout layout = PacketParser.Parse(frame);

        Assert.Equal((type, 0, 0), (layout.Type, layout.L3Length, layout.L4Length));
        Assert.Equal((frame.Length, (int)layout.L2Length), (layout.End, layout.PayloadOffset));
        Assert.Equal(FrameFlags.None, layout.Flags);
    }

    [Theory]
    [InlineData(14, 0x55, FrameFlags.Malformed)] // version
    [InlineData(14, 0x44, FrameFlags.Malformed)] // header length
    [InlineData(17, 19, FrameFlags.Malformed)] // total length
    [InlineData(17, 200, FrameFlags.Truncated)]
    [InlineData(46, 0x40, FrameFlags.Malformed)] // TCP data offset
    [InlineData(46, 0xf0, FrameFlags.Truncated)]
    public void FaultsAreFlagged(int at, byte value, FrameFlags flags)
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.TcpData);
        frame[at] = value;

        Assert.Equal(flags, PacketParser.Parse(frame).Flags);
    }

    [Fact]
    public void ShortFrameIsTruncated()
    {
        for (int length = 0; length < 14; length++)
        {
            FrameLayout layout = PacketParser.Parse(new byte[length]);

            Assert.Equal(
                (PacketType.Unknown, FrameFlags.Truncated, length, 0), (layout.Type, layout.Flags, layout.End, layout.PayloadOffset));
        }
    }

    [Fact]
    public void LayoutIsSmallAndBlittable()
    {
        Assert.Equal(24, Unsafe.SizeOf<FrameLayout>());
        Assert.False(RuntimeHelpers.IsReferenceOrContainsReferences<FrameLayout>());
    }

    [Fact]
    public void TypeNamesItsLayers()
    {
        Assert.Equal(
            "EthernetVlan, IPv6Extensions, Udp", (PacketType.EthernetVlan | PacketType.IPv6Extensions | PacketType.Udp).ToString());
        Assert.Equal(0x6c6u, (uint)(PacketType.EthernetVlan | PacketType.IPv6Extensions | PacketType.OtherTransport));
    }
}
