namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class RawCallsMoveHandles
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhatIsTakenAndGivenBackInAnyBurstsIsWhole(bool isLCore)
    {
        using PacketPool pool = Pools.Create(count: 512, cache: 64);
        LCoreThread.RunAll((isLCore, () =>
        {
            var random = new Random(7);
            var packets = new Packet[512];
            for (int round = 0; round < 300; round++)
            {
                int held = 0;
                int wanted = random.Next(packets.Length);
                while (held < wanted)
                {
                    held += pool.AllocateRaw(packets.AsSpan(held, Math.Min(random.Next(70), wanted - held)));
                }

                Assert.Equal(held, packets[..held].Distinct().Count());
                Assert.Equal(held, pool.Outstanding);
                for (int freed = 0; freed < held;)
                {
                    int burst = Math.Min(random.Next(100), held - freed);
                    pool.FreeRaw(packets.AsSpan(freed, burst));
                    freed += burst;
                }

                Assert.Equal(0, pool.Outstanding);
            }
        }));
        Assert.Equal(512, pool.Take(512).Distinct().Count());
    }

    [Fact]
    public void ThreadsThatComeAndGoOnOneStackNeverTakeEachOthersPlace()
    {
        using PacketPool pool = Pools.Create(count: 512, cache: 64);
        for (int round = 0; round < 100; round++)
        {
            LCoreThread.RunAll((true, Use), (round % 2 == 0, Use), (false, () =>
            {
                Use();
                using (LCoreRegistration.Enter())
                {
                    Assert.NotEqual(LCoreContext.NotAnLCore, LCoreContext.Index);
                    Use();
                }

                Assert.Equal(LCoreContext.NotAnLCore, LCoreContext.Index);
                Use();
            }));
            Assert.Equal(0, pool.Outstanding);
        }

        // A thread that was no lcore, and one whose lcore has ended, left nothing in a cache.
        Assert.Equal(512, pool.Take(512).Distinct().Count());

        void Use()
        {
            var packets = new Packet[16];
            int count = pool.AllocateRaw(packets);
            Assert.Equal(count, packets[..count].Distinct().Count());
            pool.FreeRaw(packets.AsSpan(0, count));
        }
    }
}
