namespace PollIO.Tests.Ports;

public sealed class PacketsOutOfReachAreCopied
{
    [Fact]
    public void CopyIsCountedAndTheOriginalFreed()
    {
        DmaMemory memory = TestMemory.Create();
        var domain = new RecordingDomain("device");
        memory.Attach(domain);
        using PacketPool own = Pools.Create(memory: memory, name: "own"), foreign = Pools.Create(name: "foreign");
        using FakePort port = new FakePort("fake:reach") { Domain = domain }.Started(own);
        port.Tx.Keeps = true;
        Packet near = own.Take(), far = foreign.Take();
        Assert.True(near.TryAppend(50, out _));
        Assert.True(far.TryAppend(60, out Span<byte> data));
        data.Fill(0xAB);

        Assert.Equal(2, port.Tx.Transmit([near, far]));

        Assert.Equal(near, port.Tx.Held[0]);
        Assert.Same(own, port.Tx.Held[1].Pool);
        Assert.Equal(-1, port.Tx.Held[1].Data.IndexOfAnyExcept((byte)0xAB));
        QueueStatistics tx = port.GetStatistics().Tx;
        Assert.Equal((2, 110, 1, 0), (tx.Packets, tx.Bytes, tx.Copied, tx.Drops));
        Assert.Equal(0, foreign.Outstanding);
    }

    [Fact]
    public void DryPoolDropsAsUnreachableAndSendsTheRest()
    {
        DmaMemory memory = TestMemory.Create();
        var domain = new RecordingDomain("device");
        memory.Attach(domain);
        using PacketPool own = Pools.Create(memory: memory, name: "own"), foreign = Pools.Create(name: "foreign");
        using FakePort port = new FakePort("fake:dry") { Domain = domain }.Started(own);
        port.Tx.Keeps = true;
        Packet[] all = own.Take(own.Count - 1);
        Packet[] far = foreign.Take(3);
        Array.ForEach(far, packet => Assert.True(packet.TryAppend(60, out _)));

        Assert.Equal(3, port.Tx.Transmit(far));

        QueueStatistics tx = port.GetStatistics().Tx;
        Assert.Equal((1, 60, 1), (tx.Packets, tx.Bytes, tx.Copied));
        Assert.Equal((2, 2), (tx.Drops, tx.DropsBy(DropCause.Unreachable)));
        Assert.Equal(0, foreign.Outstanding);
        PacketPool.Free(all);
    }

    [Fact]
    public void PoolAddedWhilePortsRunIsReachable()
    {
        DmaMemory memory = TestMemory.Create();
        var domain = new RecordingDomain("device");
        memory.Attach(domain);
        using PacketPool first = Pools.Create(memory: memory);
        using FakePort port = new FakePort("fake:late") { Domain = domain }.Started(first);
        var late = Pools.Create(memory: memory, name: "late");

        Assert.Contains(late.Region, domain.Mapped);
        Packet packet = late.Take();
        Assert.True(packet.TryAppend(60, out _));
        Assert.Equal(1, port.Tx.Transmit([packet]));
        Assert.Equal(0, port.GetStatistics().Tx.Copied);

        late.Dispose();
        Assert.DoesNotContain(late.Region, domain.Mapped);
        Assert.Equal(PortState.Started, port.State);
    }

    [Fact]
    public void OnePoolServesPortsOfEveryKindAtOnce()
    {
        DmaMemory memory = TestMemory.Create();
        var domain = new RecordingDomain("device");
        memory.Attach(domain);
        using PacketPool pool = Pools.Create(memory: memory);
        using FakePort device = new FakePort("fake:device") { Domain = domain }.Started(pool);
        using FakePort software = new FakePort("fake:software").Started(pool);
        var burst = new Packet[16];
        foreach ((FakePort from, FakePort to) in new[] { (device, software), (software, device), (device, device) })
        {
            from.Rx.Offer(16);
            Assert.Equal(16, from.Rx.Receive(burst));
            Assert.All(burst, packet => Assert.Equal(from.Id, packet.Metadata.Port));
            Assert.Equal(16, to.Tx.Transmit(burst));
        }

        Assert.Equal(0, pool.Outstanding);
        Assert.Equal(0, device.GetStatistics().Tx.Copied);
    }
}
