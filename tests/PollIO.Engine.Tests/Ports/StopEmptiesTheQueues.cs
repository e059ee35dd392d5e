namespace PollIO.Tests.Ports;

public sealed class StopEmptiesTheQueues
{
    [Fact]
    public void NoLCoreIsInsideAfterStopThoughItPollsInFullTraffic()
    {
        using PacketPool pool = Pools.Create();
        using var port = new FakePort("fake:traffic");
        port.Configure(new PortConfig { Pool = pool });
        FakeRxQueue rx = port.Rx;
        FakeTxQueue tx = port.Tx;
        rx.Endless = true;
        bool done = false;
        long received = 0, sent = 0;

        LCoreThread.RunAll(
            (true, () =>
            {
                var burst = new Packet[4];
                while (!Volatile.Read(ref done))
                {
                    int count = rx.Receive(burst);
                    int taken = tx.Transmit(burst.AsSpan(0, count));
                    PacketPool.Free(burst.AsSpan(taken, count - taken));
                    received += count;
                    sent += taken;
                    if (count == 0)
                    {
                        Thread.Yield();
                    }
                }
            }),
            (false, () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    port.Start();
                    WaitForTraffic(rx);
                    port.Stop();

                    // The lcore still holds the burst it is about to free, and nothing enters it any more.
                    (long packets, _) = rx.Counters.Read();
                    Assert.Equal(packets, rx.Counters.Read().Packets);
                    Assert.Equal((0, 0), (rx.Violations, tx.Violations));
                }

                Volatile.Write(ref done, true);
            }));

        PortStatistics statistics = port.GetStatistics();
        Assert.Equal(received, statistics.Rx.Packets);
        Assert.Equal(received * FakeRxQueue.PacketLength, statistics.Rx.Bytes);
        Assert.Equal(sent, statistics.Tx.Packets);
        Assert.Equal(sent * FakeRxQueue.PacketLength, statistics.Tx.Bytes);
        Assert.Equal((0, 0), (rx.Violations, tx.Violations));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void PacketsInFlightAreFreedAndCounted()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:inflight").Started(pool);
        port.Tx.Keeps = true;
        Assert.Equal(10, port.Tx.Transmit(pool.Take(10)));
        Assert.Equal(10, port.GetStatistics().Tx.Packets);

        port.Stop();

        QueueStatistics tx = port.GetStatistics().Tx;
        Assert.Equal((0, 10, 10), (tx.Packets, tx.Drops, tx.DropsBy(DropCause.Stopped)));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void TapThatThrowsDoesNotHoldUpStop()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:badtap").Started(pool);
        port.Rx.Endless = true;
        port.AttachTap(new ThrowingTap());
        Packet packet = pool.Take();

        Assert.Throws<NotSupportedException>(() => port.Rx.Receive(new Packet[4]));
        Assert.Throws<NotSupportedException>(() => port.Tx.Transmit([packet]));

        port.Stop();
        packet.Free();
        Assert.Equal(0, pool.Outstanding);
    }

    private static void WaitForTraffic(FakeRxQueue rx)
    {
        long before = rx.Counters.Read().Packets;
        while (rx.Counters.Read().Packets == before)
        {
            Thread.Yield();
        }
    }

    private sealed class ThrowingTap : IPacketTap
    {
        public void Received(RxQueue queue, ReadOnlySpan<Packet> packets) => throw new NotSupportedException();

        public void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets) => throw new NotSupportedException();

        public void Transmitted(TxQueue queue, int count) => throw new NotSupportedException();
    }
}
