namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class SourcesAndSinksKnowTheirLCore
{
    [Fact]
    public void EmptyBurstsTakeFreeAndCountNothing()
    {
        using PacketPool pool = Pools.Create();
        var source = new PacketSource(pool, portId: 1, length: 60);
        PacketSink sink = default;
        var packets = new Packet[4];

        LCoreThread.Run(() =>
        {
            for (int round = 0; round < 3; round++)
            {
                Assert.Equal(4, source.Take(packets));
                Assert.Equal(0, source.Take([]));
                Assert.Equal(240, sink.Free(packets));

                // What the array still names is of no matter: the burst is empty.
                Assert.Equal(0, sink.Free(packets.AsSpan(0, 0)));
                Assert.Equal(0, sink.Free([]));
            }
        });
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void QueueThatMovesBetweenThreadsUsesTheCacheOfTheOneThatPolls()
    {
        using PacketPool pool = Pools.Create(count: 512, cache: 64);
        var source = new PacketSource(pool, portId: 1, length: 60);
        PacketSink sink = default;
        var packets = new Packet[32];
        for (int round = 0; round < 20; round++)
        {
            LCoreThread.RunAll((round % 3 != 2, () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    Assert.Equal(32, source.Take(packets));
                    Assert.Equal(32, packets.Distinct().Count());
                    Assert.Equal(32 * 60, sink.Free(packets));
                }
            }));
            Assert.Equal(0, pool.Outstanding);
        }

        // Every thread has ended: nothing is left in a cache.
        PacketPool.Free(pool.Take(512));
    }

    [Fact]
    public void TwoLCoresAtOnceNeverShareACache()
    {
        using PacketPool pool = Pools.Create(count: 1024, cache: 64);
        var owners = new int[1024];
        void Use()
        {
            var source = new PacketSource(pool, portId: 1, length: 60);
            PacketSink sink = default;
            var packets = new Packet[16];
            for (int round = 0; round < 500; round++)
            {
                int count = source.Take(packets);
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(1, Interlocked.Increment(ref owners[IndexOf(packets[i])]));
                }

                for (int i = 0; i < count; i++)
                {
                    Interlocked.Decrement(ref owners[IndexOf(packets[i])]);
                }

                sink.Free(packets.AsSpan(0, count));
            }
        }

        unsafe int IndexOf(Packet packet) => pool.IndexOf(packet.Pointer);

        LCoreThread.RunAll((true, Use), (true, Use), (false, Use));
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void SinkServesPoolsThatComeAndGo()
    {
        PacketSink sink = default;
        using PacketPool stays = Pools.Create(name: "stays");
        LCoreThread.Run(() =>
        {
            for (int round = 0; round < 50; round++)
            {
                using PacketPool pool = Pools.Create(count: 64, name: "goes");
                for (int i = 0; i < 3; i++)
                {
                    Packet[] packets = [.. pool.Take(20), .. stays.Take(5)];
                    sink.Free(packets);
                }

                Assert.Equal((0, 0), (pool.Outstanding, stays.Outstanding));
            }
        });
    }

    [Fact]
    public void PoolMayGoWhileASinkThatKnewItFreesOthers()
    {
        const int rounds = 100;
        using PacketPool stays = Pools.Create(name: "stays");
        var handedOver = new SpscRing<Packet>(64);
        int freed = 0;
        LCoreThread.RunAll(
            (true, () =>
            {
                PacketSink sink = default;
                var packets = new Packet[32];
                while (freed < rounds * 32)
                {
                    // The last sight of the pool that goes: its packets are free, and the other thread may dispose it now.
                    int count = handedOver.DequeueBurst(packets);
                    sink.Free(packets.AsSpan(0, count));
                    Volatile.Write(ref freed, freed + count);
                    int own = stays.Allocate(packets);
                    sink.Free(packets.AsSpan(0, own));
                }
            }),
            (false, () =>
            {
                for (int round = 1; round <= rounds; round++)
                {
                    using PacketPool goes = Pools.Create(count: 32, dataRoom: 256, name: "goes");
                    Assert.Equal(32, handedOver.EnqueueBurst(goes.Take(32)));
                    while (Volatile.Read(ref freed) < round * 32)
                    {
                        Thread.Yield();
                    }
                }
            }));

        Assert.Equal(0, stays.Outstanding);
        PacketPool.Free(stays.Take(stays.Count));
    }

    [Fact]
    public void WitnessHoldsOnItsLCoreUntilAnyEnds()
    {
        LCoreThread.RunAll((false, () =>
        {
            LCoreWitness none = LCoreWitness.Current;
            Assert.False(none.Holds);
            LCoreWitness former;
            using (LCoreRegistration.Enter())
            {
                former = LCoreWitness.Current;
                LCoreThread.RunAll((true, () => Assert.False(former.Holds)), (false, () => Assert.False(former.Holds)));
            }

            Assert.False(former.Holds);
            Assert.False(LCoreWitness.Current.Holds);
        }));
    }
}
