using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.Null;

public sealed class NullIsEndlessSourceAndSink : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 4096, Name = "null-test" });

    [Theory]
    [InlineData("null:", 64)]
    [InlineData("null:?size=14", 14)]
    [InlineData("null:?size=1500", 1500)]
    public void EveryBurstIsFullOfFreshPackets(string spec, int length)
    {
        using Port port = StartedPort.Open(spec, _pool);
        var packets = new Packet[32];
        for (int burst = 0; burst < 100; burst++)
        {
            Assert.Equal(32, port.RxQueues[0].Receive(packets));
            Assert.All(packets, packet =>
            {
                Assert.Equal((length, 1, port.Id), (packet.Length, packet.SegmentCount, packet.Metadata.Port));
                Assert.Equal((_pool.Headroom, length), (packet.Headroom, packet.Data.Length));
                Assert.Equal(PacketFlags.None, packet.Metadata.Flags);

                // What an application leaves behind is gone from the next packet in the same buffer.
                packet.Metadata.Flags = PacketFlags.VlanStripped;
                packet.TryTrimStart(3);
            });
            Assert.Equal(32, port.TxQueues[0].Transmit(packets));
        }

        PortStatistics statistics = port.GetStatistics();
        Assert.Equal((3200, 3200L * length), (statistics.Rx.Packets, statistics.Rx.Bytes));
        Assert.Equal((3200, 3200L * (length - 3)), (statistics.Tx.Packets, statistics.Tx.Bytes));
        Assert.Equal((0, 0), (statistics.Rx.Drops, statistics.Tx.Drops));
    }

    [Fact]
    public void DryPoolIsCountedAndMendsItself()
    {
        using var small = new PacketPool(new PacketPoolOptions { Count = 64, CacheSize = 0 });
        using Port port = StartedPort.Open("null:", small);
        var held = new Packet[64];
        Assert.Equal(32, port.RxQueues[0].Receive(held.AsSpan(0, 32)));
        Assert.Equal(20, port.RxQueues[0].Receive(held.AsSpan(32, 20)));

        var packets = new Packet[32];
        Assert.Equal(12, port.RxQueues[0].Receive(packets));
        Assert.Equal(0, port.RxQueues[0].Receive(packets.AsSpan(12)));

        Assert.Equal(20 + 20, port.GetStatistics().Rx.DropsBy(DropCause.NoPacket));
        PacketPool.Free(packets.AsSpan(0, 12));
        Assert.Equal(12, port.RxQueues[0].Receive(packets));
        PacketPool.Free(packets.AsSpan(0, 12));
        PacketPool.Free(held.AsSpan(0, 52));
    }

    [Fact]
    public void SinkTakesChainsAndSharedPackets()
    {
        using Port port = StartedPort.Open("null:", _pool);
        var packets = new Packet[3];
        Assert.True(_pool.TryAllocateBulk(packets));
        packets[0].TryAppend(100, out _);
        packets[1].TryAppend(50, out _);
        packets[0].Chain(packets[1]);
        packets[2].TryAppend(7, out _);
        Packet shared = packets[2].AddReference();

        Assert.Equal(2, port.TxQueues[0].Transmit([packets[0], packets[2]]));

        Assert.Equal((2, 157), (port.GetStatistics().Tx.Packets, port.GetStatistics().Tx.Bytes));
        Assert.Equal(1, _pool.Outstanding);
        shared.Free();
    }

    [Fact]
    public void StoppedPortMovesNothing()
    {
        using Port port = StartedPort.Open("null:", _pool);
        var packets = new Packet[4];
        port.Stop();
        Assert.Equal(0, port.RxQueues[0].Receive(packets));

        Assert.True(_pool.TryAllocateBulk(packets));
        Assert.Equal(0, port.TxQueues[0].Transmit(packets));
        PacketPool.Free(packets);

        port.Start();
        Assert.Equal(4, port.RxQueues[0].Receive(packets));
        PacketPool.Free(packets);
    }

    [Fact]
    public void QueuesCountForThemselves()
    {
        using Port port = StartedPort.Open("null:", _pool, queues: 3);
        var packets = new Packet[5];
        for (int queue = 0; queue < 3; queue++)
        {
            Assert.Equal(queue + 1, port.RxQueues[queue].Receive(packets.AsSpan(0, queue + 1)));
            Assert.Equal(queue + 1, port.TxQueues[queue].Transmit(packets.AsSpan(0, queue + 1)));
        }

        Assert.Equal([1, 2, 3], port.RxQueues.Select(queue => queue.Counters.Read().Packets));
        Assert.Equal(6, port.GetStatistics().Tx.Packets);
    }

    [Fact]
    public void PacketsLongerThanTheDataRoomAreRefused()
    {
        var error = Assert.Throws<PollIOException>(() => StartedPort.Open("null:?size=2049", _pool));

        Assert.Contains("2048 B is below the 2049 B", error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
    }
}
