namespace PollIO.Tests.Wire;

public sealed class Icmpv6Messages
{
    [Fact]
    public void ParsesALiteralEcho()
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.Icmpv6Echo);

        Assert.True(Icmpv6Header.TryParse(message, out Icmpv6Header icmp));
        Assert.Equal((Icmpv6Type.EchoRequest, 0), (icmp.Type, icmp.Code));
        Assert.Equal((0xfcce, 0x4eba, 1), (icmp.Checksum, icmp.Identifier, icmp.Sequence));
        Assert.Equal(message[8..], icmp.Payload.ToArray());
        Assert.False(icmp.IsNeighbor);
        Assert.True(icmp.Options.IsEmpty);
        Assert.Equal(default, icmp.TargetAddress);
        Assert.Equal(NeighborAdvertisementFlags.None, icmp.NeighborFlags);
    }

    [Fact]
    public void ParsesALiteralSolicitation()
    {
        Assert.True(Icmpv6Header.TryParse(LiteralFrames.Transport(LiteralFrames.NeighborSolicitation), out Icmpv6Header icmp));
        Assert.Equal(Icmpv6Type.NeighborSolicitation, icmp.Type);
        Assert.Equal(LiteralFrames.Node2, icmp.TargetAddress);
        Assert.True(icmp.TryGetLinkLayerAddress(NeighborOptionKind.SourceLinkLayerAddress, out MacAddress mac));
        Assert.Equal(LiteralFrames.Mac1, mac);
        Assert.False(icmp.TryGetLinkLayerAddress(NeighborOptionKind.TargetLinkLayerAddress, out _));
    }

    [Fact]
    public void ParsesALiteralAdvertisement()
    {
        Assert.True(Icmpv6Header.TryParse(LiteralFrames.Transport(LiteralFrames.NeighborAdvertisement), out Icmpv6Header icmp));
        Assert.Equal(Icmpv6Type.NeighborAdvertisement, icmp.Type);
        Assert.Equal(NeighborAdvertisementFlags.Solicited | NeighborAdvertisementFlags.Override, icmp.NeighborFlags);
        Assert.Equal(LiteralFrames.Node2, icmp.TargetAddress);
        Assert.True(icmp.TryGetLinkLayerAddress(NeighborOptionKind.TargetLinkLayerAddress, out MacAddress mac));
        Assert.Equal(LiteralFrames.Mac2, mac);
    }

    [Fact]
    public void ParsesALiteralRouterSolicitation()
    {
        Assert.True(Icmpv6Header.TryParse(LiteralFrames.Transport(LiteralFrames.RouterSolicitation), out Icmpv6Header icmp));
        Assert.True(icmp.TryGetLinkLayerAddress(NeighborOptionKind.SourceLinkLayerAddress, out MacAddress mac));
        Assert.Equal(LiteralFrames.Mac2, mac);
    }

    [Fact]
    public void BuildsTheSameEcho()
    {
        byte[] expected = LiteralFrames.Transport(LiteralFrames.Icmpv6Echo);
        byte[] message = new byte[expected.Length];
        Array.Fill(message, (byte)0xa5);

        Assert.True(Icmpv6HeaderWriter.TryCreate(message, Icmpv6Type.EchoRequest, 16, out Icmpv6HeaderWriter writer));
        writer.Identifier = 0x4eba;
        writer.Sequence = 1;
        expected.AsSpan(8).CopyTo(writer.Payload);
        writer.UpdateChecksum(InternetChecksum.PseudoHeader(LiteralFrames.Node1, LiteralFrames.Node2, IpProtocol.Icmpv6, 24));

        Assert.Equal(expected, message);
    }

    [Fact]
    public void BuildsTheSameSolicitation()
    {
        byte[] message = new byte[32];
        Array.Fill(message, (byte)0xa5);

        Assert.True(Icmpv6HeaderWriter.TryCreateNeighborSolicitation(
            message, LiteralFrames.Node2, LiteralFrames.Mac1, out Icmpv6HeaderWriter writer));
        writer.UpdateChecksum(InternetChecksum.PseudoHeader(LiteralFrames.Node1, LiteralFrames.Node2.SolicitedNode, IpProtocol.Icmpv6, 32));

        Assert.Equal(LiteralFrames.Transport(LiteralFrames.NeighborSolicitation), message);
    }

    [Fact]
    public void BuildsTheSameAdvertisement()
    {
        byte[] message = new byte[32];
        Array.Fill(message, (byte)0xa5);
        NeighborAdvertisementFlags flags = NeighborAdvertisementFlags.Solicited | NeighborAdvertisementFlags.Override;

        Assert.True(Icmpv6HeaderWriter.TryCreateNeighborAdvertisement(
            message, LiteralFrames.Node2, LiteralFrames.Mac2, flags, out Icmpv6HeaderWriter writer));
        writer.UpdateChecksum(InternetChecksum.PseudoHeader(LiteralFrames.Node2, LiteralFrames.Node1, IpProtocol.Icmpv6, 32));

        Assert.Equal(LiteralFrames.Transport(LiteralFrames.NeighborAdvertisement), message);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(4443);
        byte[] buffer = new byte[200];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(buffer);
            int payload = random.Next(32, 150);
            Icmpv6Type type = (Icmpv6Type)random.Next(133);
            var expected = ((byte)random.Next(256), (ushort)random.Next(0x10000), (ushort)random.Next(0x10000));
            Assert.True(Icmpv6HeaderWriter.TryCreate(buffer, type, payload, out Icmpv6HeaderWriter writer));
            (writer.Code, writer.Identifier, writer.Sequence) = expected;
            ulong sum = InternetChecksum.PseudoHeader(LiteralFrames.Node1, LiteralFrames.Node2, IpProtocol.Icmpv6, (uint)(8 + payload));
            writer.UpdateChecksum(sum);

            Assert.True(Icmpv6Header.TryParse(buffer.AsSpan(0, 8 + payload), out Icmpv6Header icmp));
            Assert.Equal((type, type), (icmp.Type, writer.Type));
            Assert.Equal(expected, (icmp.Code, icmp.Identifier, icmp.Sequence));
            Assert.Equal(expected, (writer.Code, writer.Identifier, writer.Sequence));
            Assert.True(icmp.IsChecksumValid(sum));
        }
    }

    [Theory]
    [InlineData(LiteralFrames.NeighborSolicitation)]
    [InlineData(LiteralFrames.NeighborAdvertisement)]
    [InlineData(LiteralFrames.RouterSolicitation)]
    [InlineData(LiteralFrames.Icmpv6Echo)]
    public void ChecksumOfAKernelIsRight(string frame)
    {
        byte[] packet = LiteralFrames.Network(frame);
        Assert.True(IPv6Header.TryParse(packet, out IPv6Header ip));
        Assert.True(Icmpv6Header.TryParse(ip.Payload, out Icmpv6Header icmp));
        Assert.True(icmp.IsChecksumValid(ip.PseudoHeaderSum));

        packet[^1] ^= 1;
        Assert.False(icmp.IsChecksumValid(ip.PseudoHeaderSum));
    }

    [Theory]
    [InlineData(Icmpv6Type.EchoRequest, 8)]
    [InlineData(Icmpv6Type.RouterSolicitation, 8)]
    [InlineData(Icmpv6Type.RouterAdvertisement, 16)]
    [InlineData(Icmpv6Type.NeighborSolicitation, 24)]
    [InlineData(Icmpv6Type.NeighborAdvertisement, 24)]
    [InlineData(Icmpv6Type.Redirect, 40)]
    public void ImpossibleLengthIsRefused(Icmpv6Type type, int least)
    {
        byte[] message = new byte[least];
        message[0] = (byte)type;
        Assert.True(Icmpv6Header.TryParse(message, out Icmpv6Header icmp));
        Assert.True(icmp.Options.IsEmpty);
        Assert.True(Icmpv6HeaderWriter.TryCreate(message, type, least - 8, out _));
        for (int length = 0; length < least; length++)
        {
            Assert.False(Icmpv6Header.TryParse(message.AsSpan(0, length), out _));
            Assert.False(Icmpv6HeaderWriter.TryWrap(message.AsSpan(0, length), out _));
            Assert.False(Icmpv6HeaderWriter.TryCreate(message.AsSpan(0, length), type, least - 8, out _));
            Assert.False(Icmpv6HeaderWriter.TryCreate(message, type, length - 8, out _));
        }
    }

    [Fact]
    public void ShortBufferForANeighborMessageIsRefusedUntouched()
    {
        byte[] buffer = new byte[31];

        Assert.False(Icmpv6HeaderWriter.TryCreateNeighborSolicitation(buffer, LiteralFrames.Node2, LiteralFrames.Mac1, out _));
        Assert.False(Icmpv6HeaderWriter.TryCreateNeighborAdvertisement(
            buffer, LiteralFrames.Node2, LiteralFrames.Mac1, NeighborAdvertisementFlags.Router, out _));
        Assert.Equal(new byte[31], buffer);
    }

    [Theory]
    [InlineData(25, 0)] // option length zero
    [InlineData(25, 2)] // option length beyond the message
    public void ImpossibleOptionLengthIsRefused(int at, byte value)
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.NeighborSolicitation);
        message[at] = value;

        Assert.False(Icmpv6Header.TryParse(message, out _));
        Assert.False(Icmpv6Header.TryParse([.. LiteralFrames.Transport(LiteralFrames.NeighborSolicitation), 0], out _));
    }
}
