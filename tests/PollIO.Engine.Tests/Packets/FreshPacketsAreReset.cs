namespace PollIO.Tests.Packets;

public sealed class FreshPacketsAreReset
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NothingOfTheLastLifeIsLeft(bool bySource)
    {
        using PacketPool pool = Pools.Create(count: 1, cache: 0);
        Spoil(pool.Take()).Free();

        var one = new Packet[1];
        var source = new PacketSource(pool, portId: 7, length: 60);
        Assert.Equal(1, bySource ? source.Take(one) : pool.Allocate(one));
        Packet packet = one[0];
        ref PacketMetadata metadata = ref packet.Metadata;

        Assert.Equal(bySource ? 60 : 0, packet.Length);
        Assert.Equal(bySource ? 60 : 0, packet.Data.Length);
        Assert.Equal(pool.Headroom, packet.Headroom);
        Assert.Equal(bySource ? (ushort)7 : Packet.NoPort, metadata.Port);
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

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public void SourceLengthBeyondTheDataRoomIsRefused(int length)
    {
        using PacketPool pool = Pools.Create(dataRoom: 256);

        Assert.Throws<ArgumentOutOfRangeException>(() => new PacketSource(pool, 0, length));
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
