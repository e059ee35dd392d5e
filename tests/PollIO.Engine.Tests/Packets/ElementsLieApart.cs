namespace PollIO.Tests.Packets;

public sealed unsafe class ElementsLieApart
{
    [Theory]
    [InlineData(1, 128, 2048)]
    [InlineData(100, 0, 1)]
    [InlineData(777, 128, 2048)]
    [InlineData(963, 128, 2048)]
    [InlineData(964, 128, 2048)]
    [InlineData(5000, 64, 1500)]
    [InlineData(1025, 0, 4096)]
    [InlineData(3, 192, 65280)]
    [InlineData(100, 192, 65280)]
    public void BuffersAreInsideTheRegionAndMetadataOutsideOfAll(int count, int headroom, int dataRoom)
    {
        DmaMemory memory = TestMemory.Create();
        using var pool = new PacketPool(new PacketPoolOptions
        {
            Count = count,
            Headroom = headroom,
            DataRoom = dataRoom,
            Memory = memory,
        });
        Packet[] packets = pool.Take(count);
        Assert.False(pool.TryAllocate(out _));
        Assert.Equal([pool.Region], memory.Regions);

        nint[] starts = [.. packets.Select(packet => packet.DataAddress - headroom).Order()];
        for (int i = 0; i < count; i++)
        {
            Assert.True(pool.Region.Contains(starts[i], (nuint)(headroom + dataRoom)));
            Assert.True(i == 0 || starts[i - 1] + headroom + dataRoom <= starts[i], "elements overlap");

            // So none lies in two hugepages.
            nint offset = starts[i] - pool.Region.Address;
            Assert.Equal(offset >> 21, (offset + headroom + dataRoom - 1) >> 21);
        }

        Assert.All(packets, packet =>
        {
            Assert.Null(memory.Find((nint)packet.Pointer));
            Assert.Null(DmaMemory.Shared.Find((nint)packet.Pointer));
            Assert.Equal(0, (nint)packet.Pointer % PacketMetadata.Size);
            Assert.Equal(headroom, packet.Headroom);
            Assert.Equal(dataRoom, packet.Tailroom);
        });
        Assert.Equal(count, packets.Distinct().Count());
        PacketPool.Free(packets);
    }

    [Fact]
    public void WritingEveryByteOfEveryPacketDisturbsNoOther()
    {
        using PacketPool pool = Pools.Create(count: 70, dataRoom: 100);
        Packet[] packets = pool.Take(70);
        for (int i = 0; i < packets.Length; i++)
        {
            Assert.True(packets[i].TryPrepend(pool.Headroom, out Span<byte> front));
            Assert.True(packets[i].TryAppend(pool.DataRoom, out Span<byte> back));
            front.Fill((byte)i);
            back.Fill((byte)i);
        }

        for (int i = 0; i < packets.Length; i++)
        {
            Assert.Equal(pool.Headroom + pool.DataRoom, packets[i].Length);
            Assert.Equal(-1, packets[i].Data.IndexOfAnyExcept((byte)i));
        }

        PacketPool.Free(packets);
        Assert.Equal(0, pool.Outstanding);
    }
}
