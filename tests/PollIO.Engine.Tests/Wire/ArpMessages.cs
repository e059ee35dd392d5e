namespace PollIO.Tests.Wire;

public sealed class ArpMessages
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        Assert.True(ArpHeader.TryParse(LiteralFrames.Network(LiteralFrames.ArpReply), out ArpHeader arp));
        Assert.Equal(ArpOperation.Reply, arp.Operation);
        Assert.Equal((LiteralFrames.Mac2, LiteralFrames.Host2), (arp.SenderMac, arp.SenderAddress));
        Assert.Equal((LiteralFrames.Mac1, LiteralFrames.Host1), (arp.TargetMac, arp.TargetAddress));
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] message = new byte[ArpHeader.Size];
        Array.Fill(message, (byte)0xa5);
        Assert.True(ArpHeaderWriter.TryCreate(message, out ArpHeaderWriter arp));
        arp.Operation = ArpOperation.Request;
        arp.SenderMac = LiteralFrames.Mac1;
        arp.SenderAddress = LiteralFrames.Host1;
        arp.TargetAddress = LiteralFrames.Host2;

        Assert.Equal(LiteralFrames.Network(LiteralFrames.ArpRequest), message);
    }

    [Fact]
    public void RequestBecomesTheReplyInPlace()
    {
        byte[] message = LiteralFrames.Network(LiteralFrames.ArpRequest);
        Assert.True(ArpHeaderWriter.TryWrap(message, out ArpHeaderWriter arp));

        arp.Operation = ArpOperation.Reply;
        arp.TargetMac = arp.SenderMac;
        IPv4Address asked = arp.TargetAddress;
        arp.TargetAddress = arp.SenderAddress;
        arp.SenderMac = LiteralFrames.Mac2;
        arp.SenderAddress = asked;

        Assert.Equal(LiteralFrames.Network(LiteralFrames.ArpReply), message);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(826);
        byte[] message = new byte[ArpHeader.Size];
        for (int round = 0; round < 1000; round++)
        {
            var expected = (
                (ArpOperation)random.Next(0x10000),
                new MacAddress((ulong)random.NextInt64()),
                new IPv4Address((uint)random.NextInt64()),
                new MacAddress((ulong)random.NextInt64()),
                new IPv4Address((uint)random.NextInt64()));
            Assert.True(ArpHeaderWriter.TryCreate(message, out ArpHeaderWriter writer));
            (writer.Operation, writer.SenderMac, writer.SenderAddress, writer.TargetMac, writer.TargetAddress) = expected;

            Assert.True(ArpHeader.TryParse(message, out ArpHeader header));
            Assert.Equal(expected, (header.Operation, header.SenderMac, header.SenderAddress, header.TargetMac, header.TargetAddress));
            Assert.Equal(expected, (writer.Operation, writer.SenderMac, writer.SenderAddress, writer.TargetMac, writer.TargetAddress));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void OtherThanIPv4OverEthernetIsRefused(int at)
    {
        byte[] message = LiteralFrames.Network(LiteralFrames.ArpRequest);
        message[at] ^= 0x10;

        Assert.False(ArpHeader.TryParse(message, out _));
        Assert.False(ArpHeaderWriter.TryWrap(message, out _));
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] message = LiteralFrames.Network(LiteralFrames.ArpRequest);
        for (int length = 0; length < ArpHeader.Size; length++)
        {
            Assert.False(ArpHeader.TryParse(message.AsSpan(0, length), out _));
            Assert.False(ArpHeaderWriter.TryWrap(message.AsSpan(0, length), out _));
            Assert.False(ArpHeaderWriter.TryCreate(message.AsSpan(0, length), out _));
        }
    }
}
