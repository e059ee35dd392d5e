namespace PollIO.Tests.Wire;

public sealed class UdpDatagrams
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        Assert.True(UdpHeader.TryParse(LiteralFrames.Transport(LiteralFrames.UdpIPv4), out UdpHeader udp));
        Assert.Equal((42062, 9, 11, 0x131a), (udp.SourcePort, udp.DestinationPort, udp.Length, udp.Checksum));
        Assert.Equal("abc"u8.ToArray(), udp.Payload.ToArray());
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Transport(LiteralFrames.UdpIPv6);
        byte[] datagram = new byte[expected.Length];
        Array.Fill(datagram, (byte)0xa5);

        Assert.True(UdpHeaderWriter.TryCreate(datagram, 5, out UdpHeaderWriter writer));
        writer.SourcePort = 34066;
        writer.DestinationPort = 9;
        "hello"u8.CopyTo(writer.Payload);
        writer.UpdateChecksum(InternetChecksum.PseudoHeader(LiteralFrames.Node1, LiteralFrames.Node2, IpProtocol.Udp, 13));

        Assert.Equal(expected, datagram);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(768);
        byte[] buffer = new byte[100];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(buffer);
            int payload = random.Next(90);
            (ushort source, ushort destination) = ((ushort)random.Next(0x10000), (ushort)random.Next(0x10000));
            Assert.True(UdpHeaderWriter.TryCreate(buffer, payload, out UdpHeaderWriter writer));
            (writer.SourcePort, writer.DestinationPort) = (source, destination);
            ulong sum = InternetChecksum.PseudoHeader(LiteralFrames.Host1, LiteralFrames.Host2, IpProtocol.Udp, (ushort)writer.Length);
            writer.UpdateChecksum(sum);

            Assert.True(UdpHeader.TryParse(buffer, out UdpHeader udp));
            Assert.Equal((source, destination, 8 + payload), (udp.SourcePort, udp.DestinationPort, udp.Length));
            Assert.Equal((source, destination, 8 + payload), (writer.SourcePort, writer.DestinationPort, writer.Length));
            Assert.NotEqual(0, udp.Checksum);
            Assert.True(udp.IsChecksumValid(sum));
            writer.SwapPorts();
            Assert.Equal((destination, source), (udp.SourcePort, udp.DestinationPort));
            Assert.True(udp.IsChecksumValid(sum));
        }
    }

    [Fact]
    public void ChecksumOfAKernelIsRight()
    {
        byte[] datagram = LiteralFrames.Network(LiteralFrames.UdpIPv4);
        Assert.True(IPv4Header.TryParse(datagram, out IPv4Header ip));
        Assert.True(UdpHeader.TryParse(ip.Payload, out UdpHeader udp));
        Assert.True(udp.IsChecksumValid(ip.PseudoHeaderSum));

        datagram[^1] ^= 1;
        Assert.False(udp.IsChecksumValid(ip.PseudoHeaderSum));

        (datagram[26], datagram[27]) = (0, 0);
        Assert.True(udp.IsChecksumValid(ip.PseudoHeaderSum));
    }

    [Fact]
    public void ZeroChecksumIsSentAsAllOnes()
    {
        byte[] datagram = new byte[10];
        Assert.True(UdpHeaderWriter.TryCreate(datagram, 2, out UdpHeaderWriter writer));
        ulong sum = InternetChecksum.PseudoHeader(LiteralFrames.Host1, LiteralFrames.Host2, IpProtocol.Udp, 10);
        writer.UpdateChecksum(sum);
        ushort checksum = writer.Checksum;

        // A payload equal to the checksum of the rest makes the sum 0xffff and the checksum zero.
        (writer.Payload[0], writer.Payload[1]) = ((byte)(checksum >> 8), (byte)checksum);
        writer.UpdateChecksum(sum);

        Assert.Equal(0xffff, writer.Checksum);
        Assert.True(InternetChecksum.IsValid(datagram, sum));
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] datagram = LiteralFrames.Transport(LiteralFrames.UdpIPv4);
        for (int length = 0; length < datagram.Length; length++)
        {
            AssertRefused(datagram.AsSpan(0, length));
        }

        datagram[5] = 7;
        AssertRefused(datagram);
        datagram[5] = 12;
        AssertRefused(datagram);
        datagram[5] = 0;
        AssertRefused(datagram);

        Assert.False(UdpHeaderWriter.TryCreate(datagram, 4, out _));
        Assert.False(UdpHeaderWriter.TryCreate(datagram, -1, out _));
        Assert.False(UdpHeaderWriter.TryCreate(new byte[70000], 65528, out _));
        Assert.True(UdpHeaderWriter.TryCreate(new byte[70000], 65527, out _));
    }

    private static void AssertRefused(Span<byte> datagram)
    {
        Assert.False(UdpHeader.TryParse(datagram, out _));
        Assert.False(UdpHeaderWriter.TryWrap(datagram, out _));
    }
}
