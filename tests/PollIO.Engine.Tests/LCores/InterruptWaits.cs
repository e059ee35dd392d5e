using System.Diagnostics;

namespace PollIO.Tests.LCores;

public sealed class InterruptWaits : IDisposable
{
    private readonly PacketPool _pool = Pools.Create();
    private readonly FakePort _port;
    private readonly Probe _probe = new();
    private readonly LCore _core;
    private long _received;

    public InterruptWaits()
    {
        _port = new FakePort("fake:sleepy") { Interrupts = true }.Started(_pool);
        FakeRxQueue rx = _port.Rx;
        var burst = new Packet[8];
        _core = LCore.Launch(
            new LCoreOptions { Cpu = Probe.AnyCpu, Idle = IdleStrategy.Interrupt, InterruptQueues = [rx] },
            new CallingProcessor(_probe, () =>
            {
                int count = rx.Receive(burst);
                PacketPool.Free(burst.AsSpan(0, count));
                Volatile.Write(ref _received, _received + count);
                if (rx.Completion != null)
                {
                    Volatile.Write(ref _probe.Completed, true);
                }

                return count;
            }));
    }

    public void Dispose()
    {
        _core.Dispose();
        _port.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void IdleLCoreSleepsUntilAPacketComes()
    {
        AwaitSleep();
        long polls = _core.Statistics.Polls;

        // An lcore that polls would make thousands of polls in this time; one that sleeps makes none however long it is.
        Thread.Sleep(20);
        Assert.Equal(polls, _core.Statistics.Polls);
        Assert.True(_port.Rx.IsArmed);

        _port.Rx.Offer(1);
        AwaitReceived(1);
    }

    [Fact]
    public void NoEventIsLostAtRandomDistances()
    {
        var random = new Random(1);
        for (int sent = 1; sent <= 3000; sent++)
        {
            // From at once, through the middle of arming, to well asleep.
            Thread.SpinWait(random.Next(0, 1 << random.Next(1, 13)));
            _port.Rx.Offer(1);
            AwaitReceived(sent);
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void StopWakesTheSleeper()
    {
        AwaitSleep();
        _core.Stop();

        Probe.Await(() => _core.Completion.IsCompleted, "the lcore's end");
    }

    [Fact]
    public void StopAtAnyMomentEndsTheLCore()
    {
        for (int i = 0; i < 200; i++)
        {
            using LCore core = LCore.Launch(
                new LCoreOptions { Cpu = Probe.AnyCpu, Idle = IdleStrategy.Interrupt }, new CallingProcessor(new Probe()));
            Thread.SpinWait(i * 50);
        }
    }

    [Fact]
    public void CompletionWakesTheSleeper()
    {
        AwaitSleep();
        _port.Rx.End();

        Probe.Await(() => _core.Completion.IsCompleted, "the lcore's end");
    }

    [Fact]
    public void PortThatIsStoppedAndStartedWakesTheSleeper()
    {
        for (int round = 1; round <= 20; round++)
        {
            AwaitSleep();
            _port.Stop();
            _port.Start();
            _port.Rx.Offer(1);
            AwaitReceived(round);
        }

        Assert.Equal(0, _port.Rx.Violations);
    }

    [Fact]
    public void LCoreThatSleepsOnAStoppedPortWakesWhenItStarts()
    {
        using FakePort port = new("fake:stopped") { Interrupts = true };
        port.Configure(new PortConfig { Pool = _pool });
        var probe = new Probe();
        using LCore core = LCore.Launch(
            new LCoreOptions { Cpu = Probe.AnyCpu, Idle = IdleStrategy.Interrupt, InterruptQueues = [port.Rx] },
            new CallingProcessor(probe, () =>
            {
                var burst = new Packet[1];
                int count = port.Rx.Receive(burst);
                PacketPool.Free(burst.AsSpan(0, count));
                probe.Completed |= count != 0;
                return count;
            }));
        AwaitSleep(probe);
        Assert.False(port.Rx.IsArmed);

        port.Start();
        port.Rx.Offer(1);

        Probe.Await(() => core.Completion.IsCompleted, "the packet");
        Assert.Equal(0, port.Rx.Violations);
    }

    // Yields without sleeping, so that events come at all distances.
    private void AwaitReceived(long count)
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _received) != count)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Probe.Patience, $"packet {count} is lost");
            Thread.Yield();
        }
    }

    private void AwaitSleep() => AwaitSleep(_probe);

    private static void AwaitSleep(Probe probe) => Probe.Await(
        () => Volatile.Read(ref probe.ThreadId) != 0 && SystemCalls.IsInPoll(probe.ThreadId), "the lcore to sleep");
}
