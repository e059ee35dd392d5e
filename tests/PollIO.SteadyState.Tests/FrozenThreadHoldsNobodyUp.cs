using System.Runtime;
using System.Runtime.InteropServices;

namespace PollIO.Tests;

[Collection(nameof(Alone))]
public sealed unsafe class FrozenThreadHoldsNobodyUp
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

        // A freeze during which the runtime wanted the thread ends early; a few may. Were the lcore to wait for the frozen thread, every
        // one that catches it in the shared part would: about a fifth of them, when it was tried with a lock there.
        Assert.True(held >= freezes * 9 / 10, $"the lcore was done before the thread was let go in {held} of {freezes} freezes");
        Assert.True(inTheMiddle > 0, "no freeze caught the thread with packets in hand");
        Assert.Equal(0, pool.Outstanding);
        PacketPool.Free(pool.Take(Count));
    }

    [Fact]
    public void StackIsWholeWhenAThreadWakesToAnOldTopWithANewNeighbour()
    {
        const int freezes = 200;
        var stack = (TaggedStack*)NativeMemory.AlignedAlloc((nuint)sizeof(TaggedStack), 128);
        var links = (uint*)NativeMemory.AllocZeroed(3, sizeof(uint));
        var owners = (int*)NativeMemory.AllocZeroed(3, sizeof(int));
        *stack = default;
        stack->Initialize(links);
        stack->Push(2);
        stack->Push(1);
        stack->Push(0);
        nint at = (nint)stack, owned = (nint)owners;
        int popperId = 0, stolen = 0;
        long popped = 0;
        bool done = false;

        LCoreThread.RunAll(
            (false, () =>
            {
                Volatile.Write(ref popperId, SystemCalls.ThreadId);
                while (!Volatile.Read(ref done))
                {
                    if (((TaggedStack*)at)->TryPop(out uint index))
                    {
                        stolen += Interlocked.Increment(ref ((int*)owned)[index]) == 1 ? 0 : 1;
                        Interlocked.Decrement(ref ((int*)owned)[index]);
                        ((TaggedStack*)at)->Push(index);
                        Volatile.Write(ref popped, popped + 1);
                    }
                }
            }),
            (false, () =>
            {
                var random = new Random(1);
                Span<uint> taken = stackalloc uint[3];
                while (Volatile.Read(ref popped) < 100_000)
                {
                    Thread.Yield();
                }

                for (int i = 0; i < freezes; i++)
                {
                    Thread.SpinWait(random.Next(1, 500));
                    ThreadFreezer.Freeze(Volatile.Read(ref popperId));
                    int count = 0;
                    while (count < 3 && ((TaggedStack*)at)->TryPop(out taken[count]))
                    {
                        count++;
                    }

                    // The top is what it was, and what stood behind it is kept: a thread that has read both must not believe them.
                    bool keeps = count == 3;
                    if (keeps)
                    {
                        stolen += Interlocked.Increment(ref ((int*)owned)[taken[1]]) == 1 ? 0 : 1;
                        ((TaggedStack*)at)->Push(taken[2]);
                        ((TaggedStack*)at)->Push(taken[0]);
                    }

                    ThreadFreezer.Thaw();
                    long goal = Volatile.Read(ref popped) + 100;
                    while (keeps && Volatile.Read(ref popped) < goal)
                    {
                        Thread.Yield();
                    }

                    if (keeps)
                    {
                        Interlocked.Decrement(ref ((int*)owned)[taken[1]]);
                        ((TaggedStack*)at)->Push(taken[1]);
                        continue;
                    }

                    while (count > 0)
                    {
                        ((TaggedStack*)at)->Push(taken[--count]);
                    }
                }

                Volatile.Write(ref done, true);
            }));

        Assert.Equal(0, stolen);
        Assert.Equal(3, stack->CountQuiescent(10));
        NativeMemory.Free(owners);
        NativeMemory.Free(links);
        NativeMemory.AlignedFree(stack);
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
