namespace PollIO.Tests.Wire;

public sealed class VlanTags
{
    // Service tag 200 with priority 5, drop eligible, then customer tag 100, then ARP.
    private const string QinQ = "ffffffffffff020000000001 88a8 b0c8 8100 0064 0806";

    [Fact]
    public void ParsesALiteralPacket()
    {
        Assert.True(EthernetHeader.TryParse(LiteralFrames.Bytes(QinQ), out EthernetHeader ethernet));
        Assert.Equal(EtherType.ServiceVlan, ethernet.EtherType);
        Assert.True(VlanHeader.TryParse(ethernet.Payload, out VlanHeader outer));
        Assert.Equal(0xb0c8, outer.TagControl);
        Assert.Equal((5, true, 200, EtherType.Vlan), (outer.Priority, outer.DropEligible, outer.VlanId, outer.EtherType));
        Assert.True(VlanHeader.TryParse(outer.Payload, out VlanHeader inner));
        Assert.Equal((0, false, 100, EtherType.Arp), (inner.Priority, inner.DropEligible, inner.VlanId, inner.EtherType));
        Assert.True(inner.Payload.IsEmpty);
    }

    [Fact]
    public void BuildsTheSamePacket()
    {
        byte[] frame = new byte[22];
        Array.Fill(frame, (byte)0xa5);
        Assert.True(EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter ethernet));
        ethernet.Destination = MacAddress.Broadcast;
        ethernet.Source = LiteralFrames.Mac1;
        ethernet.EtherType = EtherType.ServiceVlan;
        Assert.True(VlanHeaderWriter.TryCreate(ethernet.Payload, out VlanHeaderWriter outer));
        outer.VlanId = 200;
        outer.Priority = 5;
        outer.DropEligible = true;
        outer.EtherType = EtherType.Vlan;
        Assert.True(VlanHeaderWriter.TryCreate(outer.Payload, out VlanHeaderWriter inner));
        inner.TagControl = 100;
        inner.EtherType = EtherType.Arp;

        Assert.Equal(LiteralFrames.Bytes(QinQ), frame);
    }

    [Fact]
    public void RoundTrips()
    {
        Random random = new(8021);
        byte[] tag = new byte[VlanHeader.Size];
        for (int round = 0; round < 1000; round++)
        {
            random.NextBytes(tag);
            (int priority, bool drop, int id) = (random.Next(8), random.Next(2) == 0, random.Next(4096));
            Assert.True(VlanHeaderWriter.TryWrap(tag, out VlanHeaderWriter writer));
            writer.Priority = priority;
            writer.DropEligible = drop;
            writer.VlanId = id;

            Assert.True(VlanHeader.TryParse(tag, out VlanHeader header));
            Assert.Equal((priority, drop, id), (header.Priority, header.DropEligible, header.VlanId));
            Assert.Equal((priority, drop, id), (writer.Priority, writer.DropEligible, writer.VlanId));
        }
    }

    [Fact]
    public void ValuesTooLargeDoNotSpillIntoOtherFields()
    {
        byte[] tag = new byte[VlanHeader.Size];
        Assert.True(VlanHeaderWriter.TryCreate(tag, out VlanHeaderWriter writer));

        writer.VlanId = 0x1fff;
        Assert.Equal(0x0fff, writer.TagControl);
        writer.Priority = 0xf;
        Assert.Equal(0xefff, writer.TagControl);
    }

    [Fact]
    public void ImpossibleLengthIsRefused()
    {
        byte[] tag = new byte[VlanHeader.Size];
        for (int length = 0; length < VlanHeader.Size; length++)
        {
            Assert.False(VlanHeader.TryParse(tag.AsSpan(0, length), out _));
            Assert.False(VlanHeaderWriter.TryCreate(tag.AsSpan(0, length), out _));
            Assert.False(VlanHeaderWriter.TryWrap(tag.AsSpan(0, length), out _));
        }
    }
}
