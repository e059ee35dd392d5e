namespace PollIO.Tests.Wire;

public sealed class IPv6Headers
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        byte[] packet = LiteralFrames.Network(LiteralFrames.UdpIPv6);
        packet[0] = 0x6b;
        packet[1] |= 0x60;

        Assert.True(IPv6Header.TryParse(packet, out IPv6Header header));
        Assert.Equal(0xb6, header.TrafficClass);
        Assert.Equal((0x2d, 2), (header.Dscp, header.Ecn));
        Assert.Equal(0xba22d, header.FlowLabel);
        Assert.Equal(13, header.PayloadLength);
        Assert.Equal(IpProtocol.Udp, header.NextHeader);
        Assert.Equal(64, header.HopLimit);
        Assert.Equal((LiteralFrames.Node1, LiteralFrames.Node2), (header.Source, header.Destination));
        Assert.Equal(packet[40..], header.Payload.ToArray());
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Network(LiteralFrames.UdpIPv6);
        byte[] packet = new byte[expected.Length];
        Array.Fill(packet, (byte)0xa5);

        Assert.True(IPv6HeaderWriter.TryCreate(packet, 13, out IPv6HeaderWriter writer));
        writer.FlowLabel = 0xba22d;
        writer.NextHeader = IpProtocol.Udp;
        writer.HopLimit = 64;
        writer.Source = LiteralFrames.Node1;
        writer.Destination = LiteralFrames.Node2;
        expected.AsSpan(40).CopyTo(writer.Payload);

        Assert.Equal(expected, packet);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(8200);
        byte[] buffer = new byte[200];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(buffer);
            int payload = random.Next(160);
            var expected = (
                (byte)random.Next(256), random.Next(1 << 20), (IpProtocol)random.Next(256), (byte)random.Next(256),
                new IPv6Address((ulong)random.NextInt64(), (ulong)random.NextInt64()),
                new IPv6Address((ulong)random.NextInt64(), (ulong)random.NextInt64()));
            Assert.True(IPv6HeaderWriter.TryCreate(buffer, payload, out IPv6HeaderWriter writer));
            (writer.TrafficClass, writer.FlowLabel, writer.NextHeader, writer.HopLimit, writer.Source, writer.Destination) = expected;

            Assert.True(IPv6Header.TryParse(buffer, out IPv6Header header));
            Assert.Equal(
                expected,
                (header.TrafficClass, header.FlowLabel, header.NextHeader, header.HopLimit, header.Source, header.Destination));
            Assert.Equal(
                expected,
                (writer.TrafficClass, writer.FlowLabel, writer.NextHeader, writer.HopLimit, writer.Source, writer.Destination));
            Assert.Equal(payload, header.PayloadLength);
            writer.SwapAddresses();
            Assert.Equal((expected.Item6, expected.Item5), (header.Source, header.Destination));
        }
    }

    [Fact]
    public void PseudoHeaderOfBothViewsIsThatOfTheStandard()
    {
        byte[] packet = LiteralFrames.Network(LiteralFrames.UdpIPv6);
        Assert.True(IPv6Header.TryParse(packet, out IPv6Header header));
        Assert.True(IPv6HeaderWriter.TryWrap(packet, out IPv6HeaderWriter writer));

        Assert.Equal(0xffff, InternetChecksum.Fold(InternetChecksum.Accumulate(header.PseudoHeaderSum, header.Payload)));
        Assert.Equal(header.PseudoHeaderSum, writer.PseudoHeaderSum);
        Assert.Equal(
            0xffff,
            ReferenceChecksum.SumWithPseudoHeader(packet.AsSpan(8, 16), packet.AsSpan(24, 16), IpProtocol.Udp, packet.AsSpan(40)));
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] packet = LiteralFrames.Network(LiteralFrames.UdpIPv6);
        for (int length = 0; length < packet.Length; length++)
        {
            AssertRefused(packet.AsSpan(0, length));
        }

        packet[5]++;
        AssertRefused(packet);
        packet[5]--;
        packet[0] = 0x40;
        AssertRefused(packet);

        Assert.False(IPv6HeaderWriter.TryCreate(packet, 14, out _));
        Assert.False(IPv6HeaderWriter.TryCreate(packet, -1, out _));
        Assert.False(IPv6HeaderWriter.TryCreate(new byte[70000], 65536, out _));
        Assert.True(IPv6HeaderWriter.TryCreate(new byte[70000], 65535, out _));
    }

    private static void AssertRefused(Span<byte> packet)
    {
        Assert.False(IPv6Header.TryParse(packet, out _));
        Assert.False(IPv6HeaderWriter.TryWrap(packet, out _));
    }
}
