using System.Buffers;
using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

/// <summary>The whole process is measured, not a thread: awaiting code hops.</summary>
[Collection(nameof(Alone))]
public sealed class PipesAllocateNothing
{
    private const long WarmUp = 300_000;

    // Thread pool and timers of the runtime itself allocate a little now and then, whatever moves: a byte a packet would be millions.
    private const long RuntimesOwn = 64 << 10;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    // Asked before it is measured: the value of a variable is a new string each time.
    private static long Packets => Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 10_000_000 : 2_000_000;

    [Fact]
    public void ReadsAndFlushesThatEndAtOnce()
    {
        using PacketPool pool = Pools.Create(count: 4096, cache: 256);
        using FakePort port = new FakePort("fake:pipe").Started(pool);
        port.Rx.Endless = true;
        using (PacketPipe pipe = port.AsDuplexPipe())
        {
            long packets = Packets;
            LCoreThread.Run(() =>
            {
                Forward(pipe, WarmUp);
                GC.Collect();
                long before = GC.GetAllocatedBytesForCurrentThread();
                Forward(pipe, packets);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            });
        }

        port.Stop();
        Assert.Equal(0, pool.Outstanding);
    }

    [Theory]
    [InlineData(PipeDelivery.ThreadPool, false)]
    [InlineData(PipeDelivery.Consumer, false)]
    [InlineData(PipeDelivery.ThreadPool, true)]
    [InlineData(PipeDelivery.Consumer, true)]
    public async Task ReadsThatHaveToWait(PipeDelivery delivery, bool batches)
    {
        int cpu = CpuSet.GetCurrent()[0];
        using PacketPool pool = Pools.Create(count: 4096, cache: 256);
        using FakePort port = new FakePort("fake:pipe").Started(pool);
        port.Rx.Endless = true;

        // A quota this small makes the reader wait all the time.
        using (PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions { Quota = 64, MaxHeldPackets = 64, Spins = 0, Delivery = delivery }))
        {
            using LCore core = LCore.Launch(new LCoreOptions { Cpu = cpu, Idle = IdleStrategy.Yield }, new PipeProcessor([pipe]));
            using LCore? consumer = delivery == PipeDelivery.Consumer
                ? LCore.Launch(new LCoreOptions { Cpu = cpu, Idle = IdleStrategy.Yield }, new PipeConsumer([pipe]))
                : null;
            long allocated = await Task.Run(() => batches ? EnumerateAsync(pipe.Input) : ReadAsync(pipe.Input)).WaitAsync(s_patience);

            // Off the consumer's lcore, which waits for nobody's end.
            await Task.Yield();
            Assert.InRange(allocated, 0, RuntimesOwn);
            core.Dispose();
        }

        port.Stop();
        Assert.Equal(0, pool.Outstanding);
    }

    private static void Forward(PacketPipe pipe, long packets)
    {
        while (packets > 0)
        {
            pipe.Poll();
            if (!pipe.Input.TryRead(out ReadResult result))
            {
                continue;
            }

            ReadOnlySequence<byte> rest = result.Buffer;
            for (int i = 0; pipe.Input.TryReadPacket(ref rest, out PacketView packet); i++)
            {
                pipe.Output.Forward(packet);
                packets--;
            }

            if (!pipe.Output.FlushAsync().IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("the flush had to wait");
            }

            pipe.Input.AdvanceTo(result.Buffer.End);
        }
    }

    private static async Task<long> ReadAsync(PacketPipeReader reader)
    {
        long end = WarmUp + Packets, packets = 0, before = 0;
        while (packets < end)
        {
            ReadResult result = await reader.ReadAsync();
            ReadOnlySequence<byte> rest = result.Buffer;
            while (reader.TryReadPacket(ref rest, out PacketView packet))
            {
                packets++;
            }

            reader.AdvanceTo(result.Buffer.End);
            before = before == 0 && packets >= WarmUp ? GC.GetTotalAllocatedBytes(precise: true) : before;
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private static async Task<long> EnumerateAsync(PacketPipeReader reader)
    {
        long end = WarmUp + Packets, packets = 0, before = 0;
        await foreach (PacketBatch batch in reader.ReadBatchesAsync())
        {
            packets += batch.Count;
            before = before == 0 && packets >= WarmUp ? GC.GetTotalAllocatedBytes(precise: true) : before;
            if (packets >= end)
            {
                break;
            }
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
