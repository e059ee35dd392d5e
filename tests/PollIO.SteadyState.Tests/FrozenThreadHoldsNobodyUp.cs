using System.Runtime;

namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed class FrozenThreadHoldsNobodyUp
{
    private const int Count = 1024;
    private const int MaxBurst = 64;

    [Fact]
    public void LCoreTakesAndFreesWhileAPlainThreadStandsStillInTheMiddle()
    {
        const int freezes = 150, roundsAFreeze = 100;
        using PacketPool pool = Pools.Create(Count, cache: 64);
        int freerId = 0;
        bool done = false;
        long freed = 0;
        int held = 0, inTheMiddle = 0;

        LCoreThread.RunAll(
            (false, () =>
            {
                var burst = new Packet[MaxBurst];
                Volatile.Write(ref freerId, SystemCalls.ThreadId);
                for (int i = 1; !Volatile.Read(ref done); i++)
                {
                    int count = pool.Allocate(burst.AsSpan(0, 1 + (i % MaxBurst)));
                    PacketPool.Free(burst.AsSpan(0, count));
                    Volatile.Write(ref freed, freed + count);
                }
            }),
            (true, () =>
            {
                var all = new Packet[Count];
                var random = new Random(1);
                while (Volatile.Read(ref freed) < 100_000)
                {
                    Thread.Yield();
                }

                bool noCollections = GC.TryStartNoGCRegion(4 << 20);
                for (int i = 0; i < freezes; i++)
                {
                    Thread.SpinWait(random.Next(1, 500));
                    ThreadFreezer.Freeze(Volatile.Read(ref freerId));
                    long before = Volatile.Read(ref freed);
                    for (int round = 0; round < roundsAFreeze; round++)
                    {
                        int count = pool.Allocate(all.AsSpan(0, random.Next(1, 200)));
                        PacketPool.Free(all.AsSpan(0, count));
                    }

                    // All but what the frozen thread holds: a burst, or a magazine.
                    int most = pool.Allocate(all);
                    PacketPool.Free(all.AsSpan(0, most));
                    if (ThreadFreezer.IsFrozen && Volatile.Read(ref freed) == before)
                    {
                        held++;
                        inTheMiddle += most < Count ? 1 : 0;
                        if (most < Count - MaxBurst - PacketDepot.MagazineSize)
                        {
                            throw new InvalidOperationException($"only {most} of {Count} packets could be taken");
                        }
                    }

                    ThreadFreezer.Thaw();
                    Thread.Yield();
                }

                Volatile.Write(ref done, true);
                if (noCollections && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
                {
                    GC.EndNoGCRegion();
                }
            }));

        // A freeze during which the runtime wanted the thread ends early and does not count; were the lcore to wait for the frozen
        // thread, every one of them would.
        Assert.True(held > freezes / 4, $"the lcore was done before the thread was let go in {held} of {freezes} freezes");
        Assert.True(inTheMiddle > 0, "no freeze caught the thread with packets in hand");
        Assert.Equal(0, pool.Outstanding);
        PacketPool.Free(pool.Take(Count));
    }

    [Fact]
    public void LCoreGoesOnWhileItStarvesTheThreadThatFreesOnItsCpu()
    {
        const int rounds = 100_000;
        using PacketPool pool = Pools.Create(Count, cache: 64);
        int cpu = CpuSet.GetCurrent()[0];
        bool started = false, done = false;
        long freed = 0, switches = -1;

        LCoreThread.RunAll(
            (false, () =>
            {
                var burst = new Packet[MaxBurst];
                CpuSet.Pin(cpu);
                SystemCalls.MakeIdlePriority();
                Volatile.Write(ref started, true);
                while (!Volatile.Read(ref done))
                {
                    int count = pool.Allocate(burst);
                    PacketPool.Free(burst.AsSpan(0, count));
                    freed += count;
                }
            }),
            (true, () =>
            {
                var burst = new Packet[100];
                CpuSet.Pin(cpu);
                while (!Volatile.Read(ref started))
                {
                    Thread.Sleep(1);
                }

                long before = SystemCalls.VoluntarySwitches;
                for (int round = 0; round < rounds; round++)
                {
                    int count = pool.Allocate(burst);
                    PacketPool.Free(burst.AsSpan(0, count));
                }

                switches = SystemCalls.VoluntarySwitches - before;
                Volatile.Write(ref done, true);
            }));

        // The runtime makes a thread wait a few times, when it replaces code; the pool never does.
        Assert.InRange(switches, 0, rounds / 1000);
        Assert.Equal(0, pool.Outstanding);
        PacketPool.Free(pool.Take(Count));
    }
}
