namespace PollIO.Tests.Packets;

public sealed class PoolCountsItsPackets
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(63, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    [InlineData(1000, 100)]
    public void EveryPacketIsHandedOutOnceUntilThePoolIsDry(int count, int cache)
    {
        using PacketPool pool = Pools.Create(count, cache);

        foreach (bool isLCore in (ReadOnlySpan<bool>)[false, true])
        {
            LCoreThread.RunAll((isLCore, () =>
            {
                var packets = new Packet[count + 10];
                Assert.Equal(count, pool.Allocate(packets));
                Assert.Equal(count, packets[..count].Distinct().Count());
                Assert.Equal(count, pool.Outstanding);
                Assert.Equal(0, pool.Allocate(packets));
                Assert.False(pool.TryAllocate(out Packet none));
                Assert.True(none.IsNull);
                PacketPool.Free(packets.AsSpan(0, count));
                Assert.Equal(0, pool.Outstanding);
            }));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BulkTakesAllOrNothing(bool isLCore)
    {
        using PacketPool pool = Pools.Create(count: 100);
        LCoreThread.RunAll((isLCore, () =>
        {
            Packet[] most = pool.Take(90);
            Assert.False(pool.TryAllocateBulk(new Packet[11]));
            Assert.Equal(90, pool.Outstanding);
            Packet[] rest = pool.Take(10);
            Assert.False(pool.TryAllocateBulk(new Packet[1]));
            Assert.True(pool.TryAllocateBulk([]));
            PacketPool.Free(most);
            PacketPool.Free(rest);
        }));

        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void BurstsBeyondTheCacheAreServedWhole()
    {
        using PacketPool pool = Pools.Create(count: 2000, cache: 64);
        LCoreThread.Run(() =>
        {
            foreach (int burst in (ReadOnlySpan<int>)[1, 63, 64, 65, 128, 500, 2000])
            {
                Packet[] packets = pool.Take(burst);
                Assert.Equal(burst, packets.Distinct().Count());
                Assert.Equal(burst, pool.Outstanding);
                PacketPool.Free(packets);
                Assert.Equal(0, pool.Outstanding);
            }
        });
    }

    [Fact]
    public void RawAllocationKeepsOwnershipButNotContents()
    {
        using PacketPool pool = Pools.Create(count: 1, cache: 0);
        Packet first = pool.Take();
        first.Metadata.PacketType = 77;
        first.Free();

        var again = new Packet[1];
        Assert.Equal(1, pool.AllocateRaw(again));

        Assert.Equal(first, again[0]);
        Assert.Equal(77u, again[0].Metadata.PacketType);
        Assert.Equal(1, again[0].SegmentCount);
        PacketPool.Free(again);
    }

    [Fact]
    public void PoolsMixInOneCall()
    {
        using PacketPool a = Pools.Create(count: 64, name: "a"), b = Pools.Create(count: 64, name: "b");
        LCoreThread.Run(() =>
        {
            Packet[] mixed = [.. a.Take(40).Zip(b.Take(40)).SelectMany(pair => new[] { pair.First, pair.Second })];
            Array.ForEach(mixed, packet => packet.TryAppend(10, out _));

            PacketSink sink = default;
            Assert.Equal(800, sink.Free(mixed));
            Assert.Equal((0, 0), (a.Outstanding, b.Outstanding));
        });
        Packet[] ofA = a.Take(64), ofB = b.Take(64);
        Assert.All(ofA, packet => Assert.Same(a, packet.Pool));
        Assert.All(ofB, packet => Assert.Same(b, packet.Pool));
        PacketPool.Free(ofA);
        PacketPool.Free(ofB);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void CountHoldsThroughRandomUseByLCoresAndPlainThreads(int seed)
    {
        const int count = 700;
        using PacketPool pool = Pools.Create(count, cache: 64);
        var exchange = new MpmcRing<Packet>(count);
        var owners = new int[count];

        void Use(int threadSeed)
        {
            var random = new Random(threadSeed);
            var burst = new Packet[100];
            for (int i = 0; i < 250; i++)
            {
                int taken = pool.Allocate(burst.AsSpan(0, random.Next(1, burst.Length)));
                Claim(burst.AsSpan(0, taken));
                int given = exchange.EnqueueBurst(burst.AsSpan(0, taken));
                Release(burst.AsSpan(given, taken - given));
                int got = exchange.DequeueBurst(burst.AsSpan(0, random.Next(1, burst.Length)));
                Release(burst.AsSpan(0, got));
            }
        }

        void Claim(ReadOnlySpan<Packet> packets)
        {
            foreach (Packet packet in packets)
            {
                Assert.Equal(1, Interlocked.Increment(ref owners[IndexOf(packet)]));
            }
        }

        void Release(ReadOnlySpan<Packet> packets)
        {
            foreach (Packet packet in packets)
            {
                Assert.Equal(0, Interlocked.Decrement(ref owners[IndexOf(packet)]));
            }

            PacketPool.Free(packets);
        }

        unsafe int IndexOf(Packet packet) => pool.IndexOf(packet.Pointer);

        LCoreThread.RunAll(
            (true, () => Use(seed)), (true, () => Use(seed + 10)), (false, () => Use(seed + 20)), (false, () => Use(seed + 30)));

        Assert.Equal(exchange.Count, pool.Outstanding);
        var rest = new Packet[exchange.Count];
        Assert.True(exchange.TryDequeueBulk(rest));
        PacketPool.Free(rest);
        Assert.Equal(0, pool.Outstanding);
        PacketPool.Free(pool.Take(count));
    }

    [Fact]
    public void LCoreThatEndsGivesItsCacheBack()
    {
        using PacketPool pool = Pools.Create(count: 128, cache: 128);
        LCoreThread.Run(() => PacketPool.Free(pool.Take(128)));

        // A plain thread has no cache: what it can take is in the shared part.
        PacketPool.Free(pool.Take(128));
    }

    [Fact]
    public void NumbersOfDisposedPoolsAreUsedAgain()
    {
        // More than 1024 in turn: each number must come back.
        for (int i = 0; i < 1100; i++)
        {
            using PacketPool pool = Pools.Create(count: 1, cache: 0, dataRoom: 64);
            Assert.InRange(pool.Id, 0, 1023);
        }
    }
}
