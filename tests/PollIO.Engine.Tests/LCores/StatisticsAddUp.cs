namespace PollIO.Tests.LCores;

public sealed class StatisticsAddUp
{
    [Theory]
    [InlineData(IdleStrategy.Spin)]
    [InlineData(IdleStrategy.Pause)]
    [InlineData(IdleStrategy.Yield)]
    public void BusyAndIdleCyclesCoverTheWholeRun(IdleStrategy idle)
    {
        const int wanted = 5000;
        var probe = new Probe();
        long first = 0, last = 0, busy = 0, wait = 0;
        long before = Tsc.Read();
        LCore core = LCore.Launch(new LCoreOptions { Cpu = Probe.AnyCpu, Idle = idle }, new CallingProcessor(probe, () =>
        {
            // Busy and idle by turns, and the time inside is kept for either.
            long start = Tsc.Read();
            first = first == 0 ? start : first;
            Thread.SpinWait(20);
            last = Tsc.Read();
            bool found = probe.Polls % 2 == 0;
            busy += found ? last - start : 0;
            wait += found ? 0 : last - start;
            probe.Completed = probe.Polls >= wanted;
            return found ? 3 : 0;
        }));
        Probe.Await(() => core.Completion.IsCompleted, "the lcore's end");
        core.Dispose();
        long after = Tsc.Read();

        LCoreStatistics statistics = core.Statistics;
        Assert.True(core.Completion.IsCompletedSuccessfully);
        Assert.Equal(probe.Polls, statistics.Polls);
        Assert.Equal(probe.Polls / 2 * 3, statistics.Packets);
        Assert.InRange(statistics.BusyCycles + statistics.IdleCycles, last - first, after - before);
        Assert.True(statistics.BusyCycles >= busy, $"{statistics.BusyCycles} busy cycles, {busy} inside busy polls");
        Assert.True(statistics.IdleCycles >= wait, $"{statistics.IdleCycles} idle cycles, {wait} inside idle polls");
        Assert.True(statistics.AllocatedBytes >= 0);
    }

    [Fact]
    public void LCoreThatAlwaysFindsPacketsIsNeverIdle()
    {
        var probe = new Probe();
        using LCore core = LCore.Launch(new LCoreOptions { Cpu = Probe.AnyCpu }, new CallingProcessor(probe, () =>
        {
            probe.Completed = probe.Polls >= 10_000;
            return 1;
        }));
        Probe.Await(() => core.Completion.IsCompleted, "the lcore's end");

        Assert.Equal(0, core.Statistics.IdleCycles);
        Assert.True(core.Statistics.BusyCycles > 0);
        Assert.Equal(core.Statistics.Polls, core.Statistics.Packets);
    }

    [Theory]
    [InlineData(IdleStrategy.Pause)]
    [InlineData(IdleStrategy.Yield)]
    public void TimeGivenAwayCountsAsIdle(IdleStrategy strategy)
    {
        using var wait = new IdleWait(new LCoreOptions { Cpu = Probe.AnyCpu, Idle = strategy });
        long start = Tsc.Read();
        long last = start;
        long idle = 0;
        for (int i = 0; i < 100; i++)
        {
            // The result is of no matter: a yield that lasted long ends the slice.
            _ = wait.Idle(ref last, ref idle);
        }

        Assert.True(idle > 0);
        Assert.Equal(last - start, idle);
    }

    [Fact]
    public void ReadersSeeTheFieldsOfOneSlice()
    {
        var counters = new StrongCounters();
        bool done = false;
        LCoreThread.RunAll(
            (false, () =>
            {
                for (int i = 1; i <= 200_000; i++)
                {
                    counters.Value.Add(1, 2, 3, 4, i);
                }

                Volatile.Write(ref done, true);
            }),
            (false, () =>
            {
                long last = 0;
                while (!Volatile.Read(ref done))
                {
                    LCoreStatistics reading = counters.Value.Read();
                    Assert.True(reading.Polls >= last);
                    last = reading.Polls;
                    Assert.Equal(new LCoreStatistics(last, 2 * last, 3 * last, 4 * last, last), reading);
                }
            }));

        Assert.Equal(200_000, counters.Value.Read().Polls);
    }

    private sealed class StrongCounters
    {
        internal LCoreCounters Value;
    }
}
