using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Tests.Traffic;

public sealed class PacingKeepsTheRate
{
    private static readonly TimeSpan s_maxLag = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData("1Mpps", 64, 1_000_000)]
    [InlineData("3pps", 64, 3)]
    [InlineData("14.88Mpps", 64, 14_880_000)]
    [InlineData("1Gbps", 1250, 100_000)]
    [InlineData("100kbps", 125, 100)]
    public void AsManyAreDueInASecondAsAskedFor(string rate, int size, int expected)
    {
        Pacer pacer = Pacer.At(Rate.Parse("--rate", rate), s_maxLag);
        long start = 1_000_000_000_000;
        pacer.Start(start);
        int sent = 0;

        // Looked at irregularly, as polls do.
        for (long now = start; now < start + (long)Tsc.Frequency; now += 1 + (now % 40_009))
        {
            while (pacer.IsDue(now))
            {
                pacer.Advance(size, 0);
                sent++;
            }
        }

        Assert.InRange(sent, expected - (expected / 10_000) - 1, expected + 1);
    }

    [Fact]
    public void LateSenderCatchesUp()
    {
        Pacer pacer = Pacer.At(Rate.Parse("--rate", "1000pps"), s_maxLag);
        pacer.Start(0);

        Assert.Equal(51, DueAt(ref pacer, 0.05));
        Assert.Equal(0, pacer.Forgiven);
    }

    [Fact]
    public void WhatIsTooLateIsGivenUpAndTold()
    {
        Pacer pacer = Pacer.At(Rate.Parse("--rate", "1000pps"), s_maxLag);
        pacer.Start(0);

        Assert.InRange(DueAt(ref pacer, 1.0), 100, 101);
        Assert.InRange(pacer.Forgiven / Tsc.Frequency, 0.899, 0.901);
    }

    [Theory]
    [InlineData(103, 6, 0)]
    [InlineData(98, 4, 1)]
    [InlineData(96, 6, 1)]
    [InlineData(70, 30, 4)]
    public void PauseSpoilsAsFewWindowsAsCanBe(double at, double milliseconds, int spoiled)
    {
        (RateWindows windows, long sent) = SendWithPauses(time => time >= at && time < at + milliseconds);

        Assert.Equal((99, 99 - spoiled), (windows.Count, windows.Kept));
        Assert.InRange(sent, 999_900, 1_000_001);
    }

    [Fact]
    public void AverageIsKeptWhereNothingElseCanBe()
    {
        // Every 15 ms the CPU is gone for 8.
        (_, long sent) = SendWithPauses(time => time % 15 < 8);

        Assert.InRange(sent, 1_000_000 - 5_000 - 8_000, 1_000_001);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void RecordedGapsAreKept(double speed)
    {
        Pacer pacer = Pacer.Recorded(speed, s_maxLag);
        pacer.Start(0);
        long[] gaps = [1_000_000, 5_000, 0, 20_000_000];

        double at = 0;
        foreach (long gap in gaps)
        {
            Assert.InRange(pacer.Due / Tsc.Frequency, at - 1e-8, at + 1e-8);
            pacer.Advance(64, gap);
            at += gap / 1e9 / speed;
        }
    }

    [Theory]
    [InlineData("1Mpps", 0.06, 1, 6.0)]
    [InlineData("1Mpps", 0.04, 0, 4.0)]
    [InlineData("512Mbps", 0.06, 1, 6.0)]
    public void WindowsTellUnevenness(string text, double excess, int missed, double worst)
    {
        Rate rate = Rate.Parse("--rate", text);
        RateWindows windows = RateWindows.For(rate, 64)!;
        windows.Start(0);
        for (int i = 0; i < 100; i++)
        {
            int packets = 10_000 + (i == 50 ? (int)(10_000 * excess) : 0);
            windows.Add((long)((i + 0.5) * 0.01 * Tsc.Frequency), packets, packets * 64);
        }

        windows.Add((long)(1.001 * Tsc.Frequency), 1, 64);
        Assert.Equal((100, 100 - missed), (windows.Count, windows.Kept));
        Assert.Equal(worst, windows.Worst * 100, 3);
    }

    [Fact]
    public void WindowWithoutAPacketCounts()
    {
        RateWindows windows = RateWindows.For(Rate.Parse("--rate", "1Mpps"), 64)!;
        windows.Start(0);
        windows.Add(0, 10_000, 0);
        windows.Add((long)(0.035 * Tsc.Frequency), 10_000, 0);

        Assert.Equal((3, 1, -1.0), (windows.Count, windows.Kept, windows.Worst));
    }

    [Fact]
    public void FewPacketsMakeNoWindows()
    {
        Assert.Null(RateWindows.For(Rate.Parse("--rate", "1kpps"), 64));
        Assert.Null(RateWindows.For(Rate.Unlimited, 64));
    }

    [Theory]
    [InlineData("max", "max")]
    [InlineData("2.5Mpps", "2.5Mpps")]
    [InlineData("2500kpps", "2.5Mpps")]
    [InlineData("10Gbps", "10Gbps")]
    [InlineData("0.5pps", "0.5pps")]
    public void RatesAreReadAndWritten(string text, string expected) => Assert.Equal(expected, Rate.Parse("--rate", text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("1")]
    [InlineData("pps")]
    [InlineData("0pps")]
    [InlineData("-1Mpps")]
    [InlineData("1Tpps")]
    [InlineData("1e6pps")]
    [InlineData("NaNpps")]
    public void NonsenseIsRefused(string text) => Assert.Throws<UsageException>(() => Rate.Parse("--rate", text));

    // A second of 1 Mpps in bursts of 32, looked at every microsecond but in pauses, given by milliseconds.
    private static (RateWindows Windows, long Sent) SendWithPauses(Func<double, bool> isPaused)
    {
        Rate rate = Rate.Parse("--rate", "1Mpps");
        Pacer pacer = Pacer.EvenlyAt(rate, s_maxLag);
        RateWindows windows = RateWindows.For(rate, 64)!;
        pacer.Start(0);
        windows.Start(0);
        long sent = 0;
        for (int microsecond = 0; microsecond < 1_000_000; microsecond++)
        {
            if (isPaused(microsecond / 1000.0))
            {
                continue;
            }

            long now = (long)(microsecond * Tsc.Frequency / 1e6);
            pacer.Observe(now);
            int burst = 0;
            while (burst < 32 && pacer.IsDue(now))
            {
                pacer.Advance(64, 0);
                burst++;
            }

            windows.Add(now, burst, burst * 64);
            sent += burst;
        }

        return (windows, sent);
    }

    private static int DueAt(ref Pacer pacer, double seconds)
    {
        long now = (long)(seconds * Tsc.Frequency) + 1;
        pacer.Observe(now);
        int due = 0;
        while (pacer.IsDue(now))
        {
            pacer.Advance(64, 0);
            due++;
        }

        return due;
    }
}
