namespace PollIO.Tests.Wire;

public sealed class ChecksumsOfFrames
{
    [Theory]
    [InlineData(LiteralFrames.IcmpEcho)]
    [InlineData(LiteralFrames.IcmpUnreachable)]
    [InlineData(LiteralFrames.NeighborAdvertisement)]
    [InlineData(LiteralFrames.MulticastListenerReport)]
    [InlineData(LiteralFrames.UdpRouterAlert)]
    [InlineData(LiteralFrames.UdpIPv6)]
    [InlineData(LiteralFrames.TcpSyn)]
    [InlineData(LiteralFrames.TcpData)]
    public void KernelFramesAreGoodUntilAByteChanges(string hex)
    {
        byte[] frame = LiteralFrames.Bytes(hex);
        FrameLayout layout = PacketParser.Parse(frame);
        ChecksumStatus network = layout.Type.IsIPv4() ? ChecksumStatus.Good : ChecksumStatus.Unknown;
        Assert.Equal(network, ChecksumCompletion.VerifyIPv4Header(frame, layout));
        Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(frame, layout));

        frame[^1] ^= 0x40;
        Assert.Equal(network, ChecksumCompletion.VerifyIPv4Header(frame, layout));
        Assert.Equal(ChecksumStatus.Bad, ChecksumCompletion.VerifyTransport(frame, layout));

        frame[22] ^= 0x40;
        Assert.Equal(
            layout.Type.IsIPv4() ? ChecksumStatus.Bad : ChecksumStatus.Unknown, ChecksumCompletion.VerifyIPv4Header(frame, layout));
    }

    [Fact]
    public void FillRestoresWhatWasThere()
    {
        Random random = new(11);
        for (int round = 0; round < 3000; round++)
        {
            byte[] expected = FrameRecipe.Random(random, 400).Build();
            byte[] frame = [.. expected];
            FrameLayout layout = PacketParser.Parse(frame);
            Spoil(frame, layout, random);

            Assert.True(ChecksumCompletion.TryFill(frame, layout));
            Assert.Equal(expected, frame);
        }
    }

    [Theory]
    [InlineData(LiteralFrames.IcmpEcho)]
    [InlineData(LiteralFrames.NeighborSolicitation)]
    public void FillRestoresIcmp(string hex)
    {
        byte[] frame = LiteralFrames.Bytes(hex);
        FrameLayout layout = PacketParser.Parse(frame);
        frame[layout.L4Offset + 2] ^= 0xff;

        Assert.True(ChecksumCompletion.TryFill(frame, layout));
        Assert.Equal(LiteralFrames.Bytes(hex), frame);
    }

    [Fact]
    public void SeedThenCompleteIsTheWholeChecksum()
    {
        Random random = new(12);
        for (int round = 0; round < 3000; round++)
        {
            byte[] expected = (FrameRecipe.Random(random, 400) with { Padding = 0 }).Build();
            byte[] frame = [.. expected];
            FrameLayout layout = PacketParser.Parse(frame);

            Assert.True(ChecksumCompletion.TrySeed(frame, layout, out int offset));
            Assert.Equal(layout.Type.Transport() == PacketType.Udp ? 6 : 16, offset);
            Assert.True(ChecksumCompletion.TryComplete(frame, layout.L4Offset, offset));
            if (layout.Type.Transport() == PacketType.Tcp && expected.AsSpan(layout.L4Offset + offset, 2).SequenceEqual((byte[])[0, 0]))
            {
                continue;
            }

            Assert.Equal(expected, frame);
        }
    }

    [Fact]
    public void ZeroIsCompletedAsAllOnes()
    {
        byte[] frame = [0xff, 0xff, 0, 0, 0, 0];

        Assert.True(ChecksumCompletion.TryComplete(frame, 0, 4));
        Assert.Equal([0xff, 0xff], frame[4..]);
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(9, 0)]
    [InlineData(5, 4)]
    [InlineData(11, 0)]
    [InlineData(0, 11)]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(4, -2)]
    [InlineData(int.MaxValue, 2)]
    [InlineData(2, int.MaxValue)]
    public void FieldOutsideTheFrameIsRefused(int start, int offset)
    {
        byte[] frame = new byte[10];

        Assert.False(ChecksumCompletion.TryComplete(frame, start, offset));
        Assert.Equal(new byte[10], frame);
    }

    [Fact]
    public void LastPossibleFieldIsCompleted()
    {
        byte[] frame = new byte[10];

        Assert.True(ChecksumCompletion.TryComplete(frame, 4, 4));
        Assert.Equal([0xff, 0xff], frame[8..]);
    }

    [Fact]
    public void NoChecksumInUdpIsAbsentOverIPv4AndBadOverIPv6()
    {
        byte[] v4 = LiteralFrames.Bytes(LiteralFrames.UdpIPv4);
        byte[] v6 = LiteralFrames.Bytes(LiteralFrames.UdpIPv6);
        (v4[40], v4[41]) = (0, 0);
        (v6[60], v6[61]) = (0, 0);

        Assert.Equal(ChecksumStatus.Absent, ChecksumCompletion.VerifyTransport(v4, PacketParser.Parse(v4)));
        Assert.Equal(ChecksumStatus.Bad, ChecksumCompletion.VerifyTransport(v6, PacketParser.Parse(v6)));
    }

    [Fact]
    public void UdpShorterThanItsPacketIsSummedByItsOwnLength()
    {
        // Five bytes of datagram payload, four of surplus in the IP packet.
        byte[] frame = new FrameRecipe { Udp = true, Payload = [1, 2, 3, 4, 5, 6, 7, 8, 9] }.Build();
        frame[14 + 20 + 5] = 13;
        FrameLayout layout = PacketParser.Parse(frame);

        Assert.True(ChecksumCompletion.TryFill(frame, layout));
        Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(frame, layout));
        Assert.Equal(
            0xffff,
            ReferenceChecksum.SumWithPseudoHeader(frame.AsSpan(26, 4), frame.AsSpan(30, 4), IpProtocol.Udp, frame.AsSpan(34, 13)));

        frame[14 + 20 + 5] = 30;
        Assert.Equal(ChecksumStatus.Unknown, ChecksumCompletion.VerifyTransport(frame, layout));
        Assert.False(ChecksumCompletion.TryFill(frame, layout));
    }

    [Fact]
    public void RoutingHeaderPutsTheLastHopIntoThePseudoHeader()
    {
        IPv6Address last = IPv6Address.Parse("2001:db8::99");
        byte[] routing = LiteralFrames.Bytes("0002020100000000 20010db8000000000000000000000099");
        byte[] frame = new FrameRecipe
        {
            IPv6 = true,
            Udp = true,
            Payload = [1, 2, 3],
            Extensions = [(IpProtocol.Routing, routing)],
        }.Build();
        FrameLayout layout = PacketParser.Parse(frame);
        byte[] lastBytes = new byte[16];
        Assert.True(last.TryWriteBytes(lastBytes));

        Assert.Equal(ChecksumStatus.Bad, ChecksumCompletion.VerifyTransport(frame, layout));
        Assert.True(ChecksumCompletion.TryFill(frame, layout));
        Assert.Equal(
            0xffff,
            ReferenceChecksum.SumWithPseudoHeader(frame.AsSpan(22, 16), lastBytes, IpProtocol.Udp, frame.AsSpan(layout.L4Offset)));

        frame[14 + 40 + 2] = 99;
        Assert.Equal(ChecksumStatus.Unknown, ChecksumCompletion.VerifyTransport(frame, layout));
    }

    [Theory]
    [InlineData(LiteralFrames.ArpRequest)]
    [InlineData("020000000002020000000001 0800 45000014000020004006b6e7c0000201c0000202")] // a fragment
    [InlineData("020000000002020000000001 0800 45000014000000002f06b6e7c0000201c0000202")] // a protocol without known checksum
    public void OthersAreNotTested(string hex)
    {
        byte[] frame = LiteralFrames.Bytes(hex);
        FrameLayout layout = PacketParser.Parse(frame);

        Assert.Equal(ChecksumStatus.Unknown, ChecksumCompletion.VerifyTransport(frame, layout));
        Assert.False(ChecksumCompletion.TryFill(frame, layout));
        Assert.False(ChecksumCompletion.TrySeed(frame, layout, out _));
    }

    [Fact]
    public void ALayoutOfAnotherFrameDoesNoHarm()
    {
        byte[] shortFrame = new byte[20];
        Random random = new(13);
        for (int round = 0; round < 2000; round++)
        {
            FrameLayout layout = PacketParser.Parse(FrameRecipe.Random(random, 100).Build());
            int length = random.Next(shortFrame.Length);

            Assert.Equal(ChecksumStatus.Unknown, ChecksumCompletion.VerifyIPv4Header(shortFrame.AsSpan(0, length), layout));
            Assert.Equal(ChecksumStatus.Unknown, ChecksumCompletion.VerifyTransport(shortFrame.AsSpan(0, length), layout));
            Assert.False(ChecksumCompletion.TryFill(shortFrame.AsSpan(0, length), layout));
            Assert.False(ChecksumCompletion.TrySeed(shortFrame.AsSpan(0, length), layout, out _));
        }

        FrameLayout forged = new() { Type = PacketType.IPv4 | PacketType.Udp, End = 20, L2Length = 8, L3Length = 4, L4Length = 8 };
        Assert.False(ChecksumCompletion.TryFill(shortFrame, forged));
        forged.Type = PacketType.IPv6 | PacketType.Udp;
        Assert.False(ChecksumCompletion.TryFill(shortFrame, forged));
        forged.End = -1;
        Assert.False(ChecksumCompletion.TryFill(shortFrame, forged));
        Assert.Equal(new byte[20], shortFrame);
    }

    private static void Spoil(Span<byte> frame, in FrameLayout layout, Random random)
    {
        random.NextBytes(frame.Slice(layout.L4Offset + (layout.Type.Transport() == PacketType.Udp ? 6 : 16), 2));
        if (layout.Type.IsIPv4())
        {
            random.NextBytes(frame.Slice(layout.L3Offset + 10, 2));
        }
    }
}
