namespace PollIO.Tests.Packets;

public sealed class ChainsAndSharedPackets
{
    [Fact]
    public void ChainReturnsWholeToThePoolsOfItsSegments()
    {
        using PacketPool a = Pools.Create(count: 8, name: "a"), b = Pools.Create(count: 8, name: "b");
        Packet head = a.Take();
        Assert.True(head.TryAppend(10, out _));
        for (int i = 0; i < 3; i++)
        {
            Packet tail = b.Take();
            Assert.True(tail.TryAppend(5, out _));
            head.Chain(tail);
        }

        Assert.Equal((4, 25, 10), (head.SegmentCount, head.Length, head.Data.Length));
        Assert.Equal((1, 3), (a.Outstanding, b.Outstanding));
        PacketSink sink = default;
        Assert.Equal(25, sink.Free([head]));
        Assert.Equal((0, 0), (a.Outstanding, b.Outstanding));

        Packet[] again = b.Take(8);
        Assert.All(again, packet => Assert.Equal((1, true), (packet.SegmentCount, packet.NextSegment.IsNull)));
        PacketPool.Free(again);
    }

    [Fact]
    public void ChainsOfChainsJoin()
    {
        using PacketPool pool = Pools.Create(count: 4);
        Packet[] packets = pool.Take(4);
        packets[0].Chain(packets[1]);
        packets[2].Chain(packets[3]);

        packets[0].Chain(packets[2]);

        Assert.Equal(4, packets[0].SegmentCount);
        Assert.Equal(packets[3], packets[0].LastSegment());
        packets[0].Free();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void ChainBeyondTheLimitIsRefused()
    {
        using PacketPool pool = Pools.Create(count: 2, cache: 0);
        Packet head = pool.Take(), tail = pool.Take();
        head.Metadata.SegmentCount = ushort.MaxValue;

        Assert.Throws<ArgumentException>(() => head.Chain(tail));

        head.Metadata.SegmentCount = 1;
        PacketPool.Free([head, tail]);
    }

    [Fact]
    public void SharedPacketReturnsWithItsLastReference()
    {
        using PacketPool pool = Pools.Create(count: 2, cache: 0);
        Packet packet = pool.Take();
        Assert.False(packet.IsShared);
        Packet second = packet.AddReference(), third = packet.AddReference();
        Assert.True(packet.IsShared);

        second.Free();
        Assert.Equal(1, pool.Outstanding);
        third.Free();
        Assert.False(packet.IsShared);
        Assert.Equal(1, pool.Outstanding);
        packet.Free();
        Assert.Equal(0, pool.Outstanding);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void PacketsFreedByTwoThreadsAtOnceReturnExactlyOnce(int segments, bool firstIsLCore)
    {
        const int burst = 32;
        int rounds = PacketTracking.Enabled ? 200 : 3000;
        using PacketPool pool = Pools.Create(count: burst * segments, cache: 64);
        var packets = new Packet[burst];
        int arrived = 0;

        // A barrier that spins: both are to begin within nanoseconds of each other.
        void Meet(int meeting)
        {
            Interlocked.Increment(ref arrived);
            for (int spins = 0; Volatile.Read(ref arrived) < 2 * meeting; spins++)
            {
                if (spins % 1000 == 999)
                {
                    Thread.Yield();
                }
            }
        }

        void Take()
        {
            for (int i = 0; i < burst; i++)
            {
                packets[i] = pool.Take();
                for (int segment = 1; segment < segments; segment++)
                {
                    packets[i].Chain(pool.Take());
                }

                packets[i].AddReference();
            }

            Assert.Equal(burst * segments, pool.Outstanding);
        }

        void FreeAgainstTheOther(bool takes)
        {
            for (int round = 0; round < rounds; round++)
            {
                if (takes)
                {
                    Take();
                }

                Meet((2 * round) + 1);
                PacketPool.Free(packets);
                Meet((2 * round) + 2);
                if (takes)
                {
                    Assert.Equal(0, pool.Outstanding);
                }
            }
        }

        LCoreThread.RunAll((firstIsLCore, () => FreeAgainstTheOther(takes: true)), (false, () => FreeAgainstTheOther(takes: false)));

        Packet[] all = pool.Take(burst * segments);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, packet => Assert.Equal((1, 1), (packet.Metadata.ReferenceCount, packet.SegmentCount)));
        PacketPool.Free(all);
    }
}
