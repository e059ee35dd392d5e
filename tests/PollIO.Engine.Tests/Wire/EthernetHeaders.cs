namespace PollIO.Tests.Wire;

public sealed class EthernetHeaders
{
    [Fact]
    public void ParsesALiteralPacket()
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.ArpRequest);

        Assert.True(EthernetHeader.TryParse(frame, out EthernetHeader header));
        Assert.Equal(MacAddress.Broadcast, header.Destination);
        Assert.Equal(LiteralFrames.Mac1, header.Source);
        Assert.Equal(EtherType.Arp, header.EtherType);
        Assert.Equal(frame[14..], header.Payload.ToArray());
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] expected = LiteralFrames.Bytes(LiteralFrames.ArpRequest);
        byte[] frame = new byte[expected.Length];
        Array.Fill(frame, (byte)0xa5);

        Assert.True(EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter writer));
        Assert.Equal(new byte[14], frame[..14]);
        writer.Destination = MacAddress.Broadcast;
        writer.Source = LiteralFrames.Mac1;
        writer.EtherType = EtherType.Arp;
        expected.AsSpan(14).CopyTo(writer.Payload);
        Assert.Equal(expected, frame);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(802);
        byte[] frame = new byte[EthernetHeader.Size];
        for (int round = 0; round < 1000; round++)
        {
            MacAddress destination = new((ulong)random.NextInt64());
            MacAddress source = new((ulong)random.NextInt64());
            EtherType type = (EtherType)random.Next(0x10000);
            Assert.True(EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter writer));
            writer.Destination = destination;
            writer.Source = source;
            writer.EtherType = type;

            Assert.True(EthernetHeader.TryParse(frame, out EthernetHeader header));
            Assert.Equal((destination, source, type), (header.Destination, header.Source, header.EtherType));
            Assert.Equal((destination, source, type), (writer.Destination, writer.Source, writer.EtherType));
        }
    }

    [Fact]
    public void SwapExchangesTheAddressesAndNothingElse()
    {
        byte[] frame = LiteralFrames.Bytes(LiteralFrames.ArpReply);
        Assert.True(EthernetHeaderWriter.TryWrap(frame, out EthernetHeaderWriter writer));

        writer.SwapAddresses();

        string swapped = LiteralFrames.ArpReply.Replace("020000000001020000000002 ", "020000000002020000000001 ", StringComparison.Ordinal);
        Assert.Equal(LiteralFrames.Bytes(swapped), frame);
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] frame = new byte[EthernetHeader.Size];
        for (int length = 0; length < EthernetHeader.Size; length++)
        {
            Assert.False(EthernetHeader.TryParse(frame.AsSpan(0, length), out _));
            Assert.False(EthernetHeaderWriter.TryCreate(frame.AsSpan(0, length), out _));
            Assert.False(EthernetHeaderWriter.TryWrap(frame.AsSpan(0, length), out _));
        }

        Assert.True(EthernetHeader.TryParse(frame, out EthernetHeader header));
        Assert.True(header.Payload.IsEmpty);
    }

    [Fact]
    public void DefaultViewFaultsInsteadOfReading()
    {
        Assert.Throws<NullReferenceException>(static () => default(EthernetHeader).EtherType);
    }
}
