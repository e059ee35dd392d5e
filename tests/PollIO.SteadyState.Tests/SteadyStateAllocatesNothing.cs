namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class SteadyStateAllocatesNothing
{
    private const int Packets = 1_000_000;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 32)]
    [InlineData(true, 300)]
    [InlineData(false, 32)]
    public void TakingAndFreeing(bool isLCore, int burst)
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256);
        var packets = new Packet[burst];
        Run(isLCore, () =>
        {
            int count = pool.Allocate(packets);
            PacketPool.Free(packets.AsSpan(0, count));
            return count;
        });

        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void TakingFromASourceAndFreeingIntoASink()
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256);
        var source = new PacketSource(pool, portId: 1, length: 60);
        PacketSink sink = default;
        var packets = new Packet[32];
        Run(isLCore: true, () => (int)sink.Free(packets.AsSpan(0, source.Take(packets))) / 60);
    }

    [Fact]
    public void ChainsSharedPacketsAndMixedPools()
    {
        using PacketPool a = Pools.Create(), b = Pools.Create();
        var packets = new Packet[4];
        Run(isLCore: true, () =>
        {
            a.Allocate(packets.AsSpan(0, 2));
            b.Allocate(packets.AsSpan(2, 2));
            packets[0].Chain(packets[3]);
            packets[1].AddReference();
            packets[1].Free();
            PacketPool.Free(packets.AsSpan(0, 3));
            return 4;
        });

        Assert.Equal((0, 0), (a.Outstanding, b.Outstanding));
    }

    [Fact]
    public void ReadingPacketsAsSpansAndMemory()
    {
        using PacketPool pool = Pools.Create();
        Packet packet = pool.Take();
        long sum = 0;
        Run(isLCore: true, () =>
        {
            packet.TryAppend(60, out Span<byte> room);
            room.Fill(1);
            sum += packet.Memory.Span[59] + packet.Data[0];
            return packet.TryTrimStart(14) && packet.TryPrepend(14, out _) && packet.TryTrimEnd(60) ? 1 : 0;
        });

        Assert.True(sum >= 2 * Packets);
        packet.Free();
    }

    [Fact]
    public void RingsOfBothKinds()
    {
        SpscRing<Packet> spsc = new(256);
        MpmcRing<Packet> mpmc = new(256);
        var packets = new Packet[32];
        Run(isLCore: false, () => spsc.EnqueueBurst(packets) + spsc.DequeueBurst(packets) + mpmc.EnqueueBurst(packets) + mpmc.DequeueBurst(packets));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    public void ForwardingBetweenPorts(int burst)
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256);
        using FakePort from = new FakePort("fake:from").Started(pool), to = new FakePort("fake:to").Started(pool);
        from.Rx.Endless = true;
        FakeRxQueue rx = from.Rx;
        FakeTxQueue tx = to.Tx;
        var packets = new Packet[burst];
        Run(isLCore: true, () => tx.Transmit(packets.AsSpan(0, rx.Receive(packets))));

        Assert.True(to.GetStatistics().Tx.Packets >= Packets);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void ForwardingUnderATap()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:tapped").Started(pool);
        port.Rx.Endless = true;
        port.AttachTap(new SilentTap());
        FakeRxQueue rx = port.Rx;
        FakeTxQueue tx = port.Tx;
        var packets = new Packet[32];
        Run(isLCore: true, () => tx.Transmit(packets.AsSpan(0, rx.Receive(packets))));
    }

    [Fact]
    public void ReadingCountersForALiveDisplay()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:live").Started(pool);
        Run(isLCore: false, () => 1 + (int)(port.Rx.Counters.Read().Packets + port.Rx.Counters.ReadDrops()));
    }

    [Theory]
    [InlineData(IdleStrategy.Spin)]
    [InlineData(IdleStrategy.Interrupt)]
    public void PollLoopOfAnLCore(IdleStrategy idle)
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:loop") { Interrupts = true }.Started(pool);
        port.Rx.Endless = idle == IdleStrategy.Spin;
        using LCore core = LCore.Launch(
            new LCoreOptions { Cpu = CpuSet.GetCurrent()[0], Idle = idle, InterruptQueues = [port.Rx] },
            new Forwarder(port.Rx, port.Tx, new Packet[32]));
        AwaitProgress(port, core, Packets / 20);
        GC.Collect();
        AwaitProgress(port, core, Packets / 20);
        long warm = core.Statistics.AllocatedBytes;
        AwaitProgress(port, core, Packets);

        Assert.Equal(warm, core.Statistics.AllocatedBytes);
    }

    private static void AwaitProgress(FakePort port, LCore core, int packets)
    {
        long wanted = core.Statistics.Packets + packets;
        while (core.Statistics.Packets < wanted)
        {
            if (!port.Rx.Endless)
            {
                port.Rx.Offer(100);
            }

            Thread.Yield();
        }
    }

    private static void Run(bool isLCore, Func<int> move)
    {
        long allocated = -1;
        LCoreThread.RunAll((isLCore, () =>
        {
            // Warm-up: caches are made, and tier-0 code has had its say. The collection takes away what is left of the thread's
            // allocation block, which another thread's collection would count as allocated.
            Move(move, Packets / 20);
            GC.Collect();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Move(move, Packets);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }));

        Assert.Equal(0, allocated);
    }

    private static void Move(Func<int> move, int packets)
    {
        for (int moved = 0; moved < packets;)
        {
            int count = move();
            moved += count > 0 ? count : throw new InvalidOperationException("nothing moved");
        }
    }

    private readonly struct Forwarder(FakeRxQueue rx, FakeTxQueue tx, Packet[] burst) : IPollProcessor
    {
        public bool IsCompleted => false;

        public int Poll()
        {
            int count = rx.Receive(burst);
            return tx.Transmit(burst.AsSpan(0, count));
        }
    }

    private sealed class SilentTap : IPacketTap
    {
        public void Received(RxQueue queue, ReadOnlySpan<Packet> packets)
        {
        }

        public void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
        {
        }

        public void Transmitted(TxQueue queue, int count)
        {
        }
    }
}
