namespace PollIO.Tests.Packets;

public sealed class FreshPacketsAreReset
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NothingOfTheLastLifeIsLeft(bool byTemplate)
    {
        using PacketPool pool = Pools.Create(count: 1, cache: 0);
        Spoil(pool.Take()).Free();

        var one = new Packet[1];
        PacketTemplate template = pool.CreateTemplate(port: 7, length: 60);
        Assert.Equal(1, byTemplate ? pool.Allocate(one, in template) : pool.Allocate(one));
        Packet packet = one[0];
        ref PacketMetadata metadata = ref packet.Metadata;

        Assert.Equal(byTemplate ? 60 : 0, packet.Length);
        Assert.Equal(byTemplate ? 60 : 0, packet.Data.Length);
        Assert.Equal(pool.Headroom, packet.Headroom);
        Assert.Equal(byTemplate ? (ushort)7 : Packet.NoPort, metadata.Port);
        Assert.Equal(PacketFlags.None, metadata.Flags);
        Assert.Equal(TxFlags.None, metadata.TxFlags);
        Assert.Equal(0u, metadata.PacketType);
        Assert.Equal(1, packet.SegmentCount);
        Assert.True(packet.NextSegment.IsNull);
        Assert.False(packet.IsShared);
        Assert.Same(pool, packet.Pool);
        Assert.True(pool.Owns(packet));
        packet.Free();
    }

    [Fact]
    public void TemplateSetsALengthOfItsOwnPerPacket()
    {
        using PacketPool pool = Pools.Create();
        PacketTemplate template = pool.CreateTemplate(3);
        Packet packet = pool.Take();

        template.Apply(packet, 99);

        Assert.Equal(99, packet.Length);
        Assert.Equal(99, packet.Data.Length);
        Assert.Equal(3, packet.Metadata.Port);
        packet.Free();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public void TemplateLengthBeyondTheDataRoomIsRefused(int length)
    {
        using PacketPool pool = Pools.Create(dataRoom: 256);

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.CreateTemplate(0, length));
    }

    private static Packet Spoil(Packet packet)
    {
        Assert.True(packet.TryAppend(100, out _));
        Assert.True(packet.TryTrimStart(10));
        ref PacketMetadata metadata = ref packet.Metadata;
        metadata.Port = 5;
        metadata.Flags = (PacketFlags)ushort.MaxValue;
        metadata.TxFlags = (TxFlags)ushort.MaxValue;
        metadata.PacketType = uint.MaxValue;
        metadata.RssHash = uint.MaxValue;
        metadata.VlanTci = ushort.MaxValue;
        return packet;
    }
}
