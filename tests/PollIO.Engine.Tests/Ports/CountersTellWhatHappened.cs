namespace PollIO.Tests.Ports;

public sealed class CountersTellWhatHappened : IDisposable
{
    private readonly PacketPool _pool = Pools.Create();
    private readonly FakePort _port = new("fake:counters");

    public CountersTellWhatHappened()
    {
        _port.Started(_pool);
    }

    public void Dispose()
    {
        _port.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void ReceivedPacketsAndBytesAreCounted()
    {
        _port.Rx.Offer(5);
        var burst = new Packet[3];

        Assert.Equal(3, _port.Rx.Receive(burst));
        PacketPool.Free(burst);
        Assert.Equal(2, _port.Rx.Receive(burst));
        Assert.All(burst[..2], packet => Assert.Equal((_port.Id, FakeRxQueue.PacketLength), (packet.Metadata.Port, packet.Length)));
        PacketPool.Free(burst.AsSpan(0, 2));
        Assert.Equal(0, _port.Rx.Receive(burst));

        Assert.Equal((5L, 5L * FakeRxQueue.PacketLength), _port.Rx.Counters.Read());
        Assert.Equal(5, _port.GetStatistics().Rx.Packets);
        Assert.Equal(0, _port.GetStatistics().Tx.Packets);
    }

    [Fact]
    public void DryPoolIsCountedAsACauseOfItsOwn()
    {
        Packet[] all = _pool.Take(_pool.Count - 2);
        _port.Rx.Offer(10);
        var burst = new Packet[10];

        Assert.Equal(2, _port.Rx.Receive(burst));

        Assert.Equal(8, _port.GetStatistics().Rx.DropsBy(DropCause.NoPacket));
        Assert.Equal(8, _port.Rx.Counters.ReadDrops());
        PacketPool.Free(burst.AsSpan(0, 2));
        PacketPool.Free(all);
    }

    [Fact]
    public void DroppedPacketsAreConsumedButNotSent()
    {
        _port.Tx.MaxLength = 100;
        Packet[] packets = _pool.Take(4);
        Array.ForEach(packets, packet => Assert.True(packet.TryAppend(60, out _)));
        Assert.True(packets[1].TryAppend(60, out _));
        Assert.True(packets[2].TryAppend(60, out _));

        Assert.Equal(4, _port.Tx.Transmit(packets));

        QueueStatistics tx = _port.GetStatistics().Tx;
        Assert.Equal((2, 120, 2), (tx.Packets, tx.Bytes, tx.Drops));
        Assert.Equal(2, tx.DropsBy(DropCause.TooLong));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void FullRingLeavesTheRestToTheCaller()
    {
        _port.Tx.Keeps = true;
        Packet[] packets = _pool.Take(40);

        Assert.Equal(32, _port.Tx.Transmit(packets));
        Assert.Equal(0, _port.Tx.Transmit(packets.AsSpan(32)));

        Assert.Equal(packets[..32], _port.Tx.Held.ToArray());
        Assert.Equal(0, _port.GetStatistics().Tx.Drops);
        Assert.Equal(32, _port.GetStatistics().Tx.Packets);
        PacketPool.Free(packets.AsSpan(32));
        _port.Tx.Complete();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void ChainCountsAsOnePacketWithAllItsBytes()
    {
        Packet head = _pool.Take(), tail = _pool.Take();
        Assert.True(head.TryAppend(30, out _));
        Assert.True(tail.TryAppend(40, out _));
        head.Chain(tail);

        Assert.Equal(1, _port.Tx.Transmit([head]));

        Assert.Equal((1L, 70L), _port.Tx.Counters.Read());
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void EveryCauseHasACounter()
    {
        Assert.Equal(QueueCounters.CauseCount, Enum.GetValues<DropCause>().Length);
        foreach (DropCause cause in Enum.GetValues<DropCause>())
        {
            _port.Rx.Counters.Drop(cause, (int)cause + 1);
        }

        QueueStatistics rx = _port.GetStatistics().Rx;
        Assert.All(Enum.GetValues<DropCause>(), cause => Assert.Equal((int)cause + 1, rx.DropsBy(cause)));
        Assert.Equal(rx.Drops, _port.Rx.Counters.ReadDrops());
    }

    [Fact]
    public void QueuesAddUpToThePort()
    {
        using PacketPool pool = Pools.Create();
        using var port = new FakePort("fake:sum");
        port.Configure(new PortConfig { Pool = pool, RxQueues = 3 });
        port.Start();
        var burst = new Packet[8];
        foreach (FakeRxQueue queue in port.RxQueues.Cast<FakeRxQueue>())
        {
            queue.Offer(queue.Index + 1);
            PacketPool.Free(burst.AsSpan(0, queue.Receive(burst)));
            queue.Counters.Errors++;
        }

        QueueStatistics rx = port.GetStatistics().Rx;
        Assert.Equal((6, 6 * FakeRxQueue.PacketLength, 3), (rx.Packets, rx.Bytes, rx.Errors));
        Assert.Empty(port.GetStatistics().Extended);
    }
}
