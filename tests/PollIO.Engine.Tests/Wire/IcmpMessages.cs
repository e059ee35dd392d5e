namespace PollIO.Tests.Wire;

public sealed class IcmpMessages
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.IcmpEcho);

        Assert.True(IcmpHeader.TryParse(message, out IcmpHeader icmp));
        Assert.Equal((IcmpType.EchoRequest, 0), (icmp.Type, icmp.Code));
        Assert.Equal((0xa1aa, 0x4eb9, 1), (icmp.Checksum, icmp.Identifier, icmp.Sequence));
        Assert.Equal(message[8..], icmp.Payload.ToArray());
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Transport(LiteralFrames.IcmpEcho);
        byte[] message = new byte[expected.Length];
        Array.Fill(message, (byte)0xa5);

        Assert.True(IcmpHeaderWriter.TryCreate(message, 16, out IcmpHeaderWriter writer));
        writer.Type = IcmpType.EchoRequest;
        writer.Identifier = 0x4eb9;
        writer.Sequence = 1;
        expected.AsSpan(8).CopyTo(writer.Payload);
        writer.UpdateChecksum();

        Assert.Equal(expected, message);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(792);
        byte[] buffer = new byte[100];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(buffer);
            int payload = random.Next(80);
            var expected = ((IcmpType)random.Next(256), (byte)random.Next(256), (ushort)random.Next(0x10000), (ushort)random.Next(0x10000));
            Assert.True(IcmpHeaderWriter.TryCreate(buffer, payload, out IcmpHeaderWriter writer));
            (writer.Type, writer.Code, writer.Identifier, writer.Sequence) = expected;
            writer.UpdateChecksum();

            Assert.True(IcmpHeader.TryParse(buffer.AsSpan(0, 8 + payload), out IcmpHeader icmp));
            Assert.Equal(expected, (icmp.Type, icmp.Code, icmp.Identifier, icmp.Sequence));
            Assert.Equal(expected, (writer.Type, writer.Code, writer.Identifier, writer.Sequence));
            Assert.True(icmp.IsChecksumValid);
            Assert.Equal(0xffff, ReferenceChecksum.Sum(buffer.AsSpan(0, 8 + payload)));
        }
    }

    [Theory]
    [InlineData(LiteralFrames.IcmpEcho)]
    [InlineData(LiteralFrames.IcmpUnreachable)]
    public void ChecksumOfAKernelIsRight(string frame)
    {
        byte[] message = LiteralFrames.Transport(frame);
        Assert.True(IcmpHeader.TryParse(message, out IcmpHeader icmp));
        Assert.True(icmp.IsChecksumValid);

        message[^1] ^= 1;
        Assert.False(icmp.IsChecksumValid);
    }

    [Fact]
    public void EchoIsAnsweredInPlaceByAnIncrementalUpdate()
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.IcmpEcho);
        Assert.True(IcmpHeaderWriter.TryWrap(message, out IcmpHeaderWriter writer));

        writer.Type = IcmpType.EchoReply;
        writer.Checksum = InternetChecksum.Update(writer.Checksum, 0x0800, 0x0000);

        // What the kernel answered to this very request.
        Assert.Equal(0xa9aa, writer.Checksum);
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] message = LiteralFrames.Transport(LiteralFrames.IcmpEcho);
        for (int length = 0; length < IcmpHeader.Size; length++)
        {
            Assert.False(IcmpHeader.TryParse(message.AsSpan(0, length), out _));
            Assert.False(IcmpHeaderWriter.TryWrap(message.AsSpan(0, length), out _));
            Assert.False(IcmpHeaderWriter.TryCreate(message.AsSpan(0, length), 0, out _));
        }

        Assert.False(IcmpHeaderWriter.TryCreate(message, 17, out _));
        Assert.False(IcmpHeaderWriter.TryCreate(message, -1, out _));
    }
}
