using System.Diagnostics;
using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

[Collection(nameof(Alone))]
public sealed class StalledReaders
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(1);

    [Fact]
    public void PacketsStayInTheQueueAtTheQuota()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Quota = 40, WhenFull = PipeFullPolicy.Stall });
        rig.Supply([.. Enumerable.Range(1, 100).Select(i => PipeRig.Bytes(i))]);

        Assert.Equal(60, rig.Port.Rx.Waiting);
        PacketPipeStatistics statistics = rig.Pipe.Statistics;
        Assert.Equal((40, 40, 0), (statistics.Received, statistics.Delivered, statistics.Dropped));
        Assert.True(statistics.Stalls > 0);
        ReadResult result = default;
        int read = 0;
        while (rig.Reader.TryRead(out result))
        {
            read += rig.Split(result.Buffer).Count;
            rig.Reader.AdvanceTo(result.Buffer.End);
            rig.Poll();
        }

        Assert.Equal(100, read);
    }

    [Fact]
    public void NewestPacketsAreDroppedAndCountedAtTheQuota()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Quota = 40, MaxHeldPackets = 40, WhenFull = PipeFullPolicy.Drop });
        rig.Supply([.. Enumerable.Range(1, 100).Select(i => PipeRig.Bytes(i))]);

        Assert.Equal(new PacketPipeStatistics(100, 40, 60, 0, 0, 0), rig.Pipe.Statistics);
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        Assert.Equal(Enumerable.Range(1, 40).Select(i => PipeRig.Bytes(i)), rig.Split(result.Buffer));
    }

    [Theory]
    [InlineData(PipeFullPolicy.Drop)]
    [InlineData(PipeFullPolicy.Stall)]
    public async Task CoreGoesOnAndOthersGetTheirPackets(PipeFullPolicy policy)
    {
        int cpu = CpuSet.GetCurrent()[0];
        using PacketPool pool = Pools.Create(2048);
        using var port = new FakePort();
        port.Started(pool);
        port.Rx.Endless = true;
        long delivered = 0;
        using (PacketPipe pipe = port.AsDuplexPipe(new PacketPipeOptions
        {
            Quota = 256,
            WhenFull = policy,
            LCore = new LCoreOptions { Cpu = cpu, Idle = IdleStrategy.Yield },
        }))
        {
            await ReadAsync(pipe.Input, () => delivered > 1000);
            await PipeRig.WithinAsync(() => pipe.Statistics.Delivered == delivered + 256, "the quota is used up");
            PacketPipeStatistics then = pipe.Statistics;
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start) < s_stall)
            {
                // What others need of the pool is there all the while.
                Packet[] taken = pool.Take(512);
                PacketPool.Free(taken);
                await Task.Delay(10);
            }

            Assert.Equal(delivered + 256, pipe.Statistics.Delivered);
            PacketPipeStatistics now = pipe.Statistics;
            Assert.True(now.Received + now.Stalls > then.Received + then.Stalls, "the core stood still");
            long before = delivered;
            await ReadAsync(pipe.Input, () => delivered > before + 10_000);
            pipe.Stop();
            await ReadAsync(pipe.Input, () => false);

            PacketPipeStatistics statistics = pipe.Statistics;
            Assert.Equal(statistics.Received, statistics.Delivered + statistics.Dropped);
            Assert.Equal(delivered, statistics.Delivered);
            Assert.Equal(port.Rx.Counters.Packets, statistics.Received);
            Assert.Equal(policy == PipeFullPolicy.Drop, statistics.Dropped > 0);
        }

        port.Dispose();
        Assert.Equal(0, pool.Outstanding);

        async Task ReadAsync(PacketPipeReader reader, Func<bool> isEnough)
        {
            while (!isEnough())
            {
                ReadResult result = await reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
                delivered += result.Buffer.Length / FakeRxQueue.PacketLength;
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
    }
}
