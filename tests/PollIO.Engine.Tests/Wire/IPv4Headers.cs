namespace PollIO.Tests.Wire;

public sealed class IPv4Headers
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        byte[] datagram = LiteralFrames.Network(LiteralFrames.IcmpUnreachable);

        Assert.True(IPv4Header.TryParse(datagram, out IPv4Header header));
        Assert.Equal(20, header.HeaderLength);
        Assert.Equal((0x30, 0), (header.Dscp, header.Ecn));
        Assert.Equal(0x3b, header.TotalLength);
        Assert.Equal(0x2fce, header.Identification);
        Assert.False(header.DontFragment);
        Assert.False(header.IsFragment);
        Assert.Equal(64, header.TimeToLive);
        Assert.Equal(IpProtocol.Icmp, header.Protocol);
        Assert.Equal(0xc630, header.Checksum);
        Assert.Equal((LiteralFrames.Host2, LiteralFrames.Host1), (header.Source, header.Destination));
        Assert.True(header.Options.IsEmpty);
        Assert.Equal(datagram[20..], header.Payload.ToArray());
    }

    [Fact]
    public void ParsesOptions()
    {
        Assert.True(IPv4Header.TryParse(LiteralFrames.Network(LiteralFrames.UdpRouterAlert), out IPv4Header header));
        Assert.Equal(24, header.HeaderLength);
        HeaderOptionReader options = new(header.Options);
        Assert.True(options.TryRead(out HeaderOption option));
        Assert.Equal(148, option.Kind);
        Assert.Equal([0, 0], option.Data.ToArray());
        Assert.False(options.TryRead(out _));
        Assert.False(options.IsMalformed);
        Assert.Equal(10, header.Payload.Length);
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Network(LiteralFrames.UdpRouterAlert);
        byte[] datagram = new byte[expected.Length + 5];
        Array.Fill(datagram, (byte)0xa5);

        Assert.True(IPv4HeaderWriter.TryCreate(datagram, 4, 10, out IPv4HeaderWriter writer));
        writer.Identification = 0x9ee2;
        writer.DontFragment = true;
        writer.TimeToLive = 64;
        writer.Protocol = IpProtocol.Udp;
        writer.Source = LiteralFrames.Host1;
        writer.Destination = LiteralFrames.Host2;
        writer.Options[0] = 148;
        writer.Options[1] = 4;
        expected.AsSpan(24).CopyTo(writer.Payload);
        writer.UpdateChecksum();

        Assert.Equal(expected, datagram[..^5]);
        Assert.Equal([0xa5, 0xa5, 0xa5, 0xa5, 0xa5], datagram[^5..]);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(791);
        byte[] buffer = new byte[200];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(buffer);
            int options = random.Next(11) * 4;
            int payload = random.Next(100);
            var expected = (
                random.Next(64), random.Next(4), (ushort)random.Next(0x10000), random.Next(2) == 0, random.Next(2) == 0,
                random.Next(8192) * 8);
            var addresses = (
                (byte)random.Next(256), (IpProtocol)random.Next(256),
                new IPv4Address((uint)random.NextInt64()), new IPv4Address((uint)random.NextInt64()));
            Assert.True(IPv4HeaderWriter.TryCreate(buffer, options, payload, out IPv4HeaderWriter writer));
            (writer.Dscp, writer.Ecn, writer.Identification, writer.DontFragment, writer.MoreFragments, writer.FragmentOffset) = expected;
            (writer.TimeToLive, writer.Protocol, writer.Source, writer.Destination) = addresses;
            writer.UpdateChecksum();

            Assert.True(IPv4Header.TryParse(buffer, out IPv4Header header));
            Assert.Equal(
                expected,
                (header.Dscp, header.Ecn, header.Identification, header.DontFragment, header.MoreFragments, header.FragmentOffset));
            Assert.Equal(
                expected,
                (writer.Dscp, writer.Ecn, writer.Identification, writer.DontFragment, writer.MoreFragments, writer.FragmentOffset));
            Assert.Equal(addresses, (header.TimeToLive, header.Protocol, header.Source, header.Destination));
            Assert.Equal(addresses, (writer.TimeToLive, writer.Protocol, writer.Source, writer.Destination));
            Assert.Equal((options, payload), (header.Options.Length, header.Payload.Length));
            Assert.Equal(header.MoreFragments || header.FragmentOffset != 0, header.IsFragment);
            Assert.True(header.IsChecksumValid);
            Assert.Equal(0xffff, ReferenceChecksum.Sum(buffer.AsSpan(0, 20 + options)));
        }
    }

    [Theory]
    [InlineData(LiteralFrames.IcmpEcho)]
    [InlineData(LiteralFrames.UdpRouterAlert)]
    [InlineData(LiteralFrames.TcpSyn)]
    public void ChecksumOfAKernelIsRight(string frame)
    {
        byte[] datagram = LiteralFrames.Network(frame);
        Assert.True(IPv4Header.TryParse(datagram, out IPv4Header header));
        Assert.True(header.IsChecksumValid);

        datagram[8]--;
        Assert.False(header.IsChecksumValid);
    }

    [Fact]
    public void SwappedAddressesKeepTheChecksumRight()
    {
        byte[] datagram = LiteralFrames.Network(LiteralFrames.IcmpEcho);
        Assert.True(IPv4HeaderWriter.TryWrap(datagram, out IPv4HeaderWriter writer));

        writer.SwapAddresses();

        Assert.True(IPv4Header.TryParse(datagram, out IPv4Header header));
        Assert.Equal((LiteralFrames.Host2, LiteralFrames.Host1), (header.Source, header.Destination));
        Assert.True(header.IsChecksumValid);
    }

    [Fact]
    public void PaddingIsNotPayload()
    {
        byte[] padded = [.. LiteralFrames.Network(LiteralFrames.UdpIPv4), 0, 0, 0];

        Assert.True(IPv4Header.TryParse(padded, out IPv4Header header));
        Assert.Equal(11, header.Payload.Length);
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] datagram = LiteralFrames.Network(LiteralFrames.UdpRouterAlert);
        for (int length = 0; length < datagram.Length; length++)
        {
            AssertRefused(datagram.AsSpan(0, length));
        }

        AssertRefused(Changed(0, 0x36));
        AssertRefused(Changed(0, 0x44));
        AssertRefused(Changed(0, 0x49));
        AssertRefused(Changed(3, 23));
        AssertRefused(Changed(3, 35));

        Assert.False(IPv4HeaderWriter.TryCreate(datagram, 2, 0, out _));
        Assert.False(IPv4HeaderWriter.TryCreate(datagram, -4, 0, out _));
        Assert.False(IPv4HeaderWriter.TryCreate(new byte[100], 44, 0, out _));
        Assert.False(IPv4HeaderWriter.TryCreate(datagram, 0, 15, out _));
        Assert.False(IPv4HeaderWriter.TryCreate(datagram, 0, -1, out _));
        Assert.False(IPv4HeaderWriter.TryCreate(new byte[70000], 0, 65516, out _));
        Assert.True(IPv4HeaderWriter.TryCreate(new byte[70000], 0, 65515, out _));
    }

    private static byte[] Changed(int at, byte value)
    {
        byte[] datagram = LiteralFrames.Network(LiteralFrames.UdpRouterAlert);
        datagram[at] = value;
        return datagram;
    }

    private static void AssertRefused(Span<byte> datagram)
    {
        Assert.False(IPv4Header.TryParse(datagram, out _));
        Assert.False(IPv4HeaderWriter.TryWrap(datagram, out _));
    }
}
