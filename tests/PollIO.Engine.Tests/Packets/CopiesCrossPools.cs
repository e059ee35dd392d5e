namespace PollIO.Tests.Packets;

public sealed class CopiesCrossPools
{
    [Fact]
    public void CopyHoldsTheSameBytesAndMetadataInItsOwnPool()
    {
        using PacketPool from = Pools.Create(dataRoom: 300, name: "from"), to = Pools.Create(dataRoom: 128, name: "to");
        byte[] bytes = new byte[700];
        new Random(1).NextBytes(bytes);
        Packet packet = Chain(from, bytes, 300);
        packet.Metadata.Port = 9;
        packet.Metadata.Flags = PacketFlags.ChecksumPartial | PacketFlags.Timestamp;
        packet.Metadata.TxFlags = TxFlags.VlanInsert;
        packet.Metadata.ChecksumStart = 34;
        packet.Metadata.Timestamp = 123;
        packet.Metadata.VlanTci = 5;
        packet.Metadata.User = 42;

        Packet copy = PacketCopy.TryCopy(packet, to);

        Assert.False(copy.IsNull);
        Assert.Equal(700, copy.Length);
        Assert.Equal(6, copy.SegmentCount);
        byte[] copied = new byte[700];
        copy.CopyTo(copied);
        Assert.Equal(bytes, copied);
        for (Packet segment = copy; !segment.IsNull; segment = segment.NextSegment)
        {
            Assert.Same(to, segment.Pool);
        }

        ref PacketMetadata metadata = ref copy.Metadata;
        Assert.Equal((9, PacketFlags.ChecksumPartial | PacketFlags.Timestamp, TxFlags.VlanInsert), (metadata.Port, metadata.Flags, metadata.TxFlags));
        Assert.Equal((34, 123L, 5, (Int128)42), (metadata.ChecksumStart, metadata.Timestamp, metadata.VlanTci, metadata.User));
        PacketPool.Free([packet, copy]);
        Assert.Equal((0, 0), (from.Outstanding, to.Outstanding));
    }

    [Fact]
    public void EmptyPacketIsCopied()
    {
        using PacketPool from = Pools.Create(), to = Pools.Create();
        Packet packet = from.Take();

        Packet copy = PacketCopy.TryCopy(packet, to);

        Assert.Equal((0, 1), (copy.Length, copy.SegmentCount));
        PacketPool.Free([packet, copy]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void PoolThatRunsDryGivesBackWhatWasTaken(int available)
    {
        using PacketPool from = Pools.Create(dataRoom: 300), to = Pools.Create(count: 3, cache: 0, dataRoom: 100);
        Packet[] taken = to.Take(3 - available);
        Packet packet = Chain(from, new byte[250], 300);

        Assert.True(PacketCopy.TryCopy(packet, to).IsNull);

        Assert.Equal(3 - available, to.Outstanding);
        packet.Free();
        PacketPool.Free(taken);
    }

    private static Packet Chain(PacketPool pool, ReadOnlySpan<byte> bytes, int segmentLength)
    {
        Packet head = default;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, segmentLength)..])
        {
            Packet segment = pool.Take();
            ReadOnlySpan<byte> part = bytes[..Math.Min(bytes.Length, segmentLength)];
            Assert.True(segment.TryAppend(part.Length, out Span<byte> room));
            part.CopyTo(room);
            if (head.IsNull)
            {
                head = segment;
            }
            else
            {
                head.Chain(segment);
            }
        }

        return head;
    }
}
