namespace PollIO.Tests;

/// <summary>
/// Sources and sinks remember the polling lcore's cache. What they remember must be void as soon as another thread polls, the
/// lcore has ended, or the pool is gone.
/// </summary>
[Collection(nameof(Alone))]
public sealed class QueuesFindTheirCaches
{
    private const int Count = 512;

    [Fact]
    public void ThreadAfterThreadTakesEveryPacketOnce()
    {
        using PacketPool pool = Pools.Create(Count);
        var source = new PacketSource(pool, portId: 1, length: 60);
        PacketSink sink = default;
        var seen = new HashSet<Packet>();

        // Lcores one after the other, which are given the same stack and often the same place, and plain threads in between.
        for (int round = 0; round < 60; round++)
        {
            LCoreThread.RunAll((round % 3 != 2, () =>
            {
                var packets = new Packet[Count];
                for (int i = 0; i < Count; i += 32)
                {
                    Assert.Equal(32, source.Take(packets.AsSpan(i, 32)));
                }

                Assert.False(source.TryTake(out _));
                seen.Clear();
                Assert.All(packets, packet => Assert.True(seen.Add(packet)));
                for (int i = 0; i < Count; i += 16)
                {
                    Assert.Equal(16 * 60, sink.Free(packets.AsSpan(i, 16)));
                }
            }));
            Assert.Equal(0, pool.Outstanding);
        }
    }

    [Fact]
    public void TwoLiveLCoresTakingTurnsUseTheirOwnCaches()
    {
        using PacketPool pool = Pools.Create(Count);
        var source = new PacketSource(pool, portId: 1, length: 60);
        PacketSink sink = default;
        int turn = 0;

        void TakeTurns(int parity)
        {
            var held = new Packet[48];
            for (int round = 0; round < 2000; round++)
            {
                var wait = new SpinWait();
                while (Volatile.Read(ref turn) % 2 != parity)
                {
                    wait.SpinOnce();
                }

                // In its own turn a thread uses the queue's memory of the other thread, then its own cache directly: were the
                // first the other's cache, the two would hold the same packets.
                int taken = source.Take(held.AsSpan(0, 24));
                taken += pool.Allocate(held.AsSpan(taken, 24));
                Assert.Equal(48, taken);
                Assert.Equal(48, held.Distinct().Count());
                sink.Free(held.AsSpan(0, 30));
                PacketPool.Free(held.AsSpan(30));
                Interlocked.Increment(ref turn);
            }
        }

        LCoreThread.RunAll((true, () => TakeTurns(0)), (true, () => TakeTurns(1)));

        Assert.Equal(0, pool.Outstanding);
        Packet[] all = pool.Take(Count);
        Assert.Equal(Count, all.Distinct().Count());
        PacketPool.Free(all);
    }

    [Fact]
    public void SinkForgetsAPoolThatIsGone()
    {
        PacketSink sink = default;
        LCoreThread.Run(() =>
        {
            for (int life = 0; life < 20; life++)
            {
                // Pools of one shape that follow each other have the same number, and packets with the same ownership word.
                using PacketPool pool = Pools.Create(Count);
                var packets = new Packet[32];
                for (int i = 0; i < 10; i++)
                {
                    Assert.Equal(32, pool.Allocate(packets));
                    sink.Free(packets);
                }

                Assert.Equal(0, pool.Outstanding);
            }
        });
    }

    [Fact]
    public void SinkTakesPacketsOfPoolsInTurn()
    {
        using PacketPool a = Pools.Create(Count), b = Pools.Create(Count);
        PacketSink sink = default;
        LCoreThread.Run(() =>
        {
            var packets = new Packet[32];
            for (int i = 0; i < 100; i++)
            {
                (i % 2 == 0 ? a : b).Allocate(packets);
                sink.Free(packets);
                a.Allocate(packets.AsSpan(0, 16));
                b.Allocate(packets.AsSpan(16));
                sink.Free(packets);
            }
        });

        Assert.Equal((0, 0), (a.Outstanding, b.Outstanding));
    }

    [Fact]
    public void SinkFreesChainsAndSharedPackets()
    {
        using PacketPool pool = Pools.Create(Count);
        PacketSink sink = default;
        LCoreThread.Run(() =>
        {
            var packets = new Packet[32];
            for (int i = 0; i < 100; i++)
            {
                pool.Allocate(packets);
                packets[3].Chain(packets[31]);
                packets[5].AddReference();
                sink.Free(packets.AsSpan(0, 31));
                Assert.Equal(1, pool.Outstanding);
                packets[5].Free();
            }
        });

        Assert.Equal(0, pool.Outstanding);
    }
}
