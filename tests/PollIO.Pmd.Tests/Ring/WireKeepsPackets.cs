using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.Ring;

public sealed class WireKeepsPackets : IDisposable
{
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 16384, Name = "ring-test" });

    [Fact]
    public void BothDirectionsAndQueuesAreApart()
    {
        using Port near = StartedPort.Open("ring:apart", _pool, queues: 2);
        using Port far = StartedPort.Open("ring:apart", _pool, queues: 2);
        foreach ((Port port, int queue, int length) in new[] { (near, 0, 60), (near, 1, 61), (far, 0, 62), (far, 1, 63) })
        {
            Assert.Equal(1, port.TxQueues[queue].Transmit([Fresh(length)]));
        }

        Assert.Equal([60], Receive(far, 0));
        Assert.Equal([61], Receive(far, 1));
        Assert.Equal([62], Receive(near, 0));
        Assert.Equal([63], Receive(near, 1));
        Assert.Empty(Receive(near, 0));
    }

    [Fact]
    public void FullRingTakesWhatFitsInOrder()
    {
        using Port near = StartedPort.Open("ring:full?size=8", _pool);
        using Port far = StartedPort.Open("ring:full?size=8", _pool);
        Packet[] packets = [.. Enumerable.Range(60, 11).Select(Fresh)];

        Assert.Equal(8, near.TxQueues[0].Transmit(packets));
        Assert.Equal(0, near.TxQueues[0].Transmit(packets.AsSpan(8)));

        Assert.Equal(Enumerable.Range(60, 8), Receive(far, 0));
        Assert.Equal(3, near.TxQueues[0].Transmit(packets.AsSpan(8)));
        Assert.Equal(Enumerable.Range(68, 3), Receive(far, 0));
        Assert.Equal((11, Enumerable.Range(60, 11).Sum()), (near.GetStatistics().Tx.Packets, near.GetStatistics().Tx.Bytes));
        Assert.Equal((11, Enumerable.Range(60, 11).Sum()), (far.GetStatistics().Rx.Packets, far.GetStatistics().Rx.Bytes));
    }

    [Fact]
    public void ChainsAndMetadataArriveAsTheyWere()
    {
        using Port near = StartedPort.Open("ring:chain", _pool);
        using Port far = StartedPort.Open("ring:chain", _pool);
        Packet chain = Fresh(100);
        chain.Chain(Fresh(50));
        chain.Metadata.Flags = PacketFlags.ChecksumPartial;
        chain.Metadata.ChecksumStart = 34;
        chain.Metadata.User = 12345;

        Assert.Equal(1, near.TxQueues[0].Transmit([chain]));

        var received = new Packet[2];
        Assert.Equal(1, far.RxQueues[0].Receive(received));
        Assert.Equal(chain, received[0]);
        Assert.Equal((150, 2, PacketFlags.ChecksumPartial), (chain.Length, chain.SegmentCount, chain.Metadata.Flags));
        Assert.Equal((34, (Int128)12345), (chain.Metadata.ChecksumStart, chain.Metadata.User));
        chain.Free();
    }

    [Fact]
    public void WhatIsUnderWayWhenAnEndStopsIsFreedAndCounted()
    {
        using Port near = StartedPort.Open("ring:stops", _pool);
        using Port far = StartedPort.Open("ring:stops", _pool);
        Assert.Equal(3, near.TxQueues[0].Transmit([Fresh(60), Fresh(60), Fresh(60)]));

        far.Stop();

        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal((0, 3), (far.GetStatistics().Rx.Packets, far.GetStatistics().Rx.DropsBy(DropCause.Stopped)));
    }

    [Fact]
    public void WhatIsSentAfterTheOtherEndStoppedIsFreedWithTheWire()
    {
        Port near = StartedPort.Open("ring:late", _pool);
        Port far = StartedPort.Open("ring:late", _pool);
        far.Stop();
        Assert.Equal(1, near.TxQueues[0].Transmit([Fresh(60)]));

        far.Dispose();
        near.Dispose();

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void EndMayLeaveAndAnotherJoin()
    {
        using Port near = StartedPort.Open("ring:again", _pool);
        StartedPort.Open("ring:again", _pool).Dispose();
        using Port far = StartedPort.Open("ring:again", _pool);

        Assert.Equal(1, near.TxQueues[0].Transmit([Fresh(77)]));

        Assert.Equal([77], Receive(far, 0));
    }

    [Fact]
    public void SizesMustAgree()
    {
        using Port near = PortFactory.Open("ring:sizes?size=64");
        using Port far = PortFactory.Open("ring:sizes");

        Assert.Equal(64, far.Capabilities.DefaultRingSize);
        far.Dispose();
        var error = Assert.Throws<PollIOException>(() => PortFactory.Open("ring:sizes?size=128"));
        Assert.Contains("the other end has size=64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NameIsFreeAgainWhenBothEndsAreGone()
    {
        PortFactory.Open("ring:free?size=64").Dispose();

        using Port port = PortFactory.Open("ring:free?size=128");

        Assert.Equal(128, port.Capabilities.DefaultRingSize);
    }

    [Fact]
    public void TwoThreadsPassAMillionPacketsInOrder()
    {
        const int Count = 1_000_000;
        using Port near = StartedPort.Open("ring:threads", _pool);
        using Port far = StartedPort.Open("ring:threads", _pool);
        var sender = new Thread(() => Send(near, Count));
        sender.Start();

        long received = 0;
        bool inOrder = true;
        var packets = new Packet[32];
        while (received < Count)
        {
            int count = far.RxQueues[0].Receive(packets);
            foreach (Packet packet in packets.AsSpan(0, count))
            {
                inOrder &= packet.Metadata.User == received++;
            }

            PacketPool.Free(packets.AsSpan(0, count));
            if (count == 0)
            {
                Thread.Yield();
            }
        }

        sender.Join();
        Assert.True(inOrder);
        Assert.Equal(Count, near.GetStatistics().Tx.Packets);
        Assert.Equal(Count, far.GetStatistics().Rx.Packets);
    }

    public void Dispose()
    {
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
    }

    private void Send(Port port, int count)
    {
        using var registration = LCoreRegistration.Enter();
        var packets = new Packet[32];
        int sent = 0;
        while (sent < count)
        {
            int made = _pool.Allocate(packets.AsSpan(0, Math.Min(packets.Length, count - sent)));
            for (int i = 0; i < made; i++)
            {
                packets[i].TryAppend(60, out _);
                packets[i].Metadata.User = sent + i;
            }

            int taken = port.TxQueues[0].Transmit(packets.AsSpan(0, made));
            PacketPool.Free(packets.AsSpan(taken, made - taken));
            sent += taken;
            if (taken == 0)
            {
                Thread.Yield();
            }
        }
    }

    private Packet Fresh(int length)
    {
        Assert.True(_pool.TryAllocate(out Packet packet));
        Assert.True(packet.TryAppend(length, out _));
        return packet;
    }

    private static int[] Receive(Port port, int queue)
    {
        var packets = new Packet[64];
        int count = port.RxQueues[queue].Receive(packets);
        int[] lengths = [.. packets.Take(count).Select(packet => packet.Length)];
        PacketPool.Free(packets.AsSpan(0, count));
        return lengths;
    }
}
