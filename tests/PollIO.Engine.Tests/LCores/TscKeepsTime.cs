using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PollIO.Tests.LCores;

public sealed class TscKeepsTime
{
    [Fact]
    public void CounterOfTheCpuIsReadOnX64()
    {
        Assert.Equal(RuntimeInformation.ProcessArchitecture == Architecture.X64, Tsc.IsHardware);
    }

    [Fact]
    public void TimeNeverGoesBackOnAnLCore()
    {
        var probe = new Probe();
        long last = Tsc.Read();
        bool wentBack = false;
        using LCore core = LCore.Launch(new LCoreOptions { Cpu = Probe.AnyCpu }, new CallingProcessor(probe, () =>
        {
            long now = Tsc.Read();
            wentBack |= now < last;
            last = now;
            probe.Completed = probe.Polls > 100_000;
            return 0;
        }));
        Probe.Await(() => core.Completion.IsCompleted, "the lcore's end");

        Assert.False(wentBack);
    }

    [Fact]
    public void FrequencyIsTheMonotonicClocksWithinOnePercent()
    {
        (long startTime, long startTicks) = ReadBoth();
        while (Stopwatch.GetElapsedTime(startTime) < TimeSpan.FromMilliseconds(30))
        {
        }

        (long endTime, long endTicks) = ReadBoth();
        double expected = (endTime - startTime) * 1e9 / Stopwatch.Frequency;

        Assert.InRange(Tsc.ToNanoseconds(endTicks - startTicks), expected * 0.99, expected * 1.01);
    }

    // Both clocks within 10 µs: a thread preempted in between tries again, so that load cannot fail the test.
    private static (long Time, long Ticks) ReadBoth()
    {
        while (true)
        {
            long time = Stopwatch.GetTimestamp();
            long ticks = Tsc.Read();
            if (Stopwatch.GetElapsedTime(time) < TimeSpan.FromMicroseconds(10))
            {
                return (time, ticks);
            }
        }
    }
}
