namespace PollIO.Tests.Ports;

public sealed class TapSeesEveryPacket
{
    [Fact]
    public void BothDirectionsAreShownOnce()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:tap").Started(pool);
        var tap = new CountingTap();
        port.AttachTap(tap);
        port.Rx.Offer(20);
        var burst = new Packet[32];

        Assert.Equal(20, port.Rx.Receive(burst));
        port.Tx.Keeps = true;
        Packet[] more = pool.Take(20);
        Assert.Equal(20, port.Tx.Transmit(burst.AsSpan(0, 20)));
        Assert.Equal(12, port.Tx.Transmit(more));

        Assert.Equal((20, 40, 32), (tap.Received, tap.Offered, tap.Transmitted));
        PacketPool.Free(more.AsSpan(12));
        port.AttachTap(null);
        port.Rx.Offer(1);
        Assert.Equal(1, port.Rx.Receive(burst));
        burst[0].Free();
        Assert.Equal(20, tap.Received);
    }

    [Fact]
    public void TapAttachedAndTakenAwayUnderTrafficMissesNothingInBetween()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:livetap").Started(pool);
        FakeRxQueue rx = port.Rx;
        FakeTxQueue tx = port.Tx;
        rx.Endless = true;
        bool done = false;

        LCoreThread.RunAll(
            (true, () =>
            {
                var burst = new Packet[4];
                while (!Volatile.Read(ref done))
                {
                    int count = rx.Receive(burst);
                    int taken = tx.Transmit(burst.AsSpan(0, count));
                    PacketPool.Free(burst.AsSpan(taken, count - taken));
                    if (count == 0)
                    {
                        Thread.Yield();
                    }
                }
            }),
            (false, () =>
            {
                for (int i = 0; i < 30; i++)
                {
                    var tap = new CountingTap();
                    port.AttachTap(tap);
                    while (Volatile.Read(ref tap.Received) == 0)
                    {
                        Thread.Yield();
                    }

                    port.AttachTap(null);

                    // Nobody is inside any more: what it has seen is final, and whole bursts only.
                    (long received, long offered, long transmitted) = (tap.Received, tap.Offered, tap.Transmitted);
                    Assert.Equal(offered, transmitted);
                    Thread.Yield();
                    Assert.Equal((received, offered), (tap.Received, tap.Offered));
                }

                Volatile.Write(ref done, true);
            }));

        port.Stop();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void CountsOfATapOverAWholeRunAreThePorts()
    {
        using PacketPool pool = Pools.Create();
        using var port = new FakePort("fake:whole");
        port.Configure(new PortConfig { Pool = pool });
        var tap = new CountingTap();
        port.AttachTap(tap);

        // It stays through a new configuration.
        port.Configure(new PortConfig { Pool = pool, RxQueues = 2 });
        port.Start();
        var burst = new Packet[32];
        foreach (FakeRxQueue queue in port.RxQueues.Cast<FakeRxQueue>())
        {
            queue.Offer(32);
            int count = queue.Receive(burst);
            Assert.Equal(count, port.Tx.Transmit(burst.AsSpan(0, count)));
        }

        port.Stop();
        PortStatistics statistics = port.GetStatistics();
        Assert.Equal((64, 64), (statistics.Rx.Packets, statistics.Tx.Packets));
        Assert.Equal((64L, 64L), (tap.Received, tap.Transmitted));
    }

    [Fact]
    public void TapMayKeepAReference()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:keep").Started(pool);
        var tap = new CountingTap { Keeps = true };
        port.AttachTap(tap);

        Assert.Equal(3, port.Tx.Transmit(pool.Take(3)));

        Assert.Equal(3, pool.Outstanding);
        tap.Kept.ForEach(packet => packet.Free());
        Assert.Equal(0, pool.Outstanding);
    }

    private sealed class CountingTap : IPacketTap
    {
        internal long Received, Offered, Transmitted;

        internal bool Keeps { get; init; }

        internal List<Packet> Kept { get; } = [];

        void IPacketTap.Received(RxQueue queue, ReadOnlySpan<Packet> packets) => Received += packets.Length;

        void IPacketTap.Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
        {
            Offered += packets.Length;
            if (Keeps)
            {
                foreach (Packet packet in packets)
                {
                    Kept.Add(packet.AddReference());
                }
            }
        }

        void IPacketTap.Transmitted(TxQueue queue, int count) => Transmitted += count;
    }
}
