namespace PollIO.Tests.Wire;

public sealed class TcpSegments
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        Assert.True(TcpHeader.TryParse(LiteralFrames.Transport(LiteralFrames.TcpData), out TcpHeader tcp));
        Assert.Equal((57108, 7000), (tcp.SourcePort, tcp.DestinationPort));
        Assert.Equal((0xa4807802u, 0x2c54e3afu), (tcp.SequenceNumber, tcp.AcknowledgmentNumber));
        Assert.Equal((32, TcpFlags.Psh | TcpFlags.Ack, 63), (tcp.HeaderLength, tcp.Flags, tcp.Window));
        Assert.Equal((0x2032, 0), (tcp.Checksum, tcp.UrgentPointer));
        Assert.Equal("hello"u8.ToArray(), tcp.Payload.ToArray());
    }

    [Fact]
    public void ParsesTheOptionsOfASyn()
    {
        Assert.True(TcpHeader.TryParse(LiteralFrames.Transport(LiteralFrames.TcpSyn), out TcpHeader tcp));
        Assert.Equal((TcpFlags.Syn, 40), (tcp.Flags, tcp.HeaderLength));
        List<(TcpOptionKind Kind, string Data)> options = [];
        HeaderOptionReader reader = new(tcp.Options);
        while (reader.TryRead(out HeaderOption option))
        {
            options.Add(((TcpOptionKind)option.Kind, Convert.ToHexStringLower(option.Data)));
        }

        Assert.False(reader.IsMalformed);
        Assert.Equal(
            [
                (TcpOptionKind.MaximumSegmentSize, "05b4"),
                (TcpOptionKind.SackPermitted, ""),
                (TcpOptionKind.Timestamps, "c246e09400000000"),
                (TcpOptionKind.WindowScale, "0a"),
            ],
            options);
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Transport(LiteralFrames.TcpData);
        byte[] segment = new byte[expected.Length];
        Array.Fill(segment, (byte)0xa5);

        Assert.True(TcpHeaderWriter.TryCreate(segment, 12, 5, out TcpHeaderWriter writer));
        writer.SourcePort = 57108;
        writer.DestinationPort = 7000;
        writer.SequenceNumber = 0xa4807802;
        writer.AcknowledgmentNumber = 0x2c54e3af;
        writer.Flags = TcpFlags.Psh | TcpFlags.Ack;
        writer.Window = 63;
        expected.AsSpan(20, 12).CopyTo(writer.Options);
        "hello"u8.CopyTo(writer.Payload);
        writer.UpdateChecksum(
            InternetChecksum.PseudoHeader(LiteralFrames.Host1, LiteralFrames.Host2, IpProtocol.Tcp, (ushort)segment.Length));

        Assert.Equal(expected, segment);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(9293);
        byte[] buffer = new byte[200];
        for (int round = 0; round < 2000; round++)
        {
            random.NextBytes(buffer);
            int options = random.Next(11) * 4;
            int payload = random.Next(100);
            var expected = (
                (ushort)random.Next(0x10000), (ushort)random.Next(0x10000), (uint)random.NextInt64(), (uint)random.NextInt64(),
                (TcpFlags)random.Next(0x200), (ushort)random.Next(0x10000), (ushort)random.Next(0x10000));
            Assert.True(TcpHeaderWriter.TryCreate(buffer, options, payload, out TcpHeaderWriter w));
            (w.SourcePort, w.DestinationPort, w.SequenceNumber, w.AcknowledgmentNumber, w.Flags, w.Window, w.UrgentPointer) = expected;
            ulong sum = InternetChecksum.PseudoHeader(
                LiteralFrames.Node1, LiteralFrames.Node2, IpProtocol.Tcp, (uint)(20 + options + payload));
            w.UpdateChecksum(sum);

            Assert.True(TcpHeader.TryParse(buffer.AsSpan(0, 20 + options + payload), out TcpHeader h));
            Assert.Equal(
                expected,
                (h.SourcePort, h.DestinationPort, h.SequenceNumber, h.AcknowledgmentNumber, h.Flags, h.Window, h.UrgentPointer));
            Assert.Equal(
                expected,
                (w.SourcePort, w.DestinationPort, w.SequenceNumber, w.AcknowledgmentNumber, w.Flags, w.Window, w.UrgentPointer));
            Assert.Equal((options, payload), (h.Options.Length, h.Payload.Length));
            Assert.True(h.IsChecksumValid(sum));
            w.SwapPorts();
            Assert.Equal((expected.Item2, expected.Item1), (h.SourcePort, h.DestinationPort));
        }
    }

    [Fact]
    public void FlagsDoNotTouchTheReservedBitsOrTheLength()
    {
        byte[] segment = LiteralFrames.Transport(LiteralFrames.TcpSyn);
        segment[12] |= 0x0e;
        Assert.True(TcpHeaderWriter.TryWrap(segment, out TcpHeaderWriter writer));

        writer.Flags = (TcpFlags)0xffff;

        Assert.Equal([0xaf, 0xff], segment[12..14]);
        Assert.Equal((TcpFlags)0x1ff, writer.Flags);
    }

    [Theory]
    [InlineData(LiteralFrames.TcpSyn)]
    [InlineData(LiteralFrames.TcpData)]
    public void ChecksumOfAKernelIsRight(string frame)
    {
        byte[] datagram = LiteralFrames.Network(frame);
        Assert.True(IPv4Header.TryParse(datagram, out IPv4Header ip));
        Assert.True(TcpHeader.TryParse(ip.Payload, out TcpHeader tcp));
        Assert.True(tcp.IsChecksumValid(ip.PseudoHeaderSum));

        datagram[^1] ^= 1;
        Assert.False(tcp.IsChecksumValid(ip.PseudoHeaderSum));
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] segment = LiteralFrames.Transport(LiteralFrames.TcpSyn);
        for (int length = 0; length < segment.Length; length++)
        {
            AssertRefused(segment.AsSpan(0, length));
        }

        segment[12] = 0x40;
        AssertRefused(segment);
        segment[12] = 0xb0;
        AssertRefused(segment);

        Assert.False(TcpHeaderWriter.TryCreate(segment, 24, 0, out _));
        Assert.False(TcpHeaderWriter.TryCreate(new byte[100], 44, 0, out _));
        Assert.False(TcpHeaderWriter.TryCreate(segment, 3, 0, out _));
        Assert.False(TcpHeaderWriter.TryCreate(segment, -4, 0, out _));
        Assert.False(TcpHeaderWriter.TryCreate(segment, 0, 21, out _));
        Assert.False(TcpHeaderWriter.TryCreate(segment, 0, -1, out _));
    }

    private static void AssertRefused(Span<byte> segment)
    {
        Assert.False(TcpHeader.TryParse(segment, out _));
        Assert.False(TcpHeaderWriter.TryWrap(segment, out _));
    }
}
