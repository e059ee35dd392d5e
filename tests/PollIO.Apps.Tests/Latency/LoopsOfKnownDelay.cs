using PollIO.Apps.Latency.Measuring;
using PollIO.Apps.Tests.Support;

namespace PollIO.Apps.Tests.Latency;

[Collection(ProcessTests.Name)]
public sealed class LoopsOfKnownDelay : IDisposable
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);

    // Where everything comes back, the wait ends with the last packet.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Loop _loop = new();

    [Theory]
    [InlineData(50)]
    [InlineData(1000)]
    public void DelayIsReported(double microseconds)
    {
        double allowed = Math.Max(1, microseconds / 100);

        // Other load only ever adds: a quiet run is waited for.
        double median = double.MaxValue;
        for (int attempt = 0; attempt < 20 && median > microseconds + allowed; attempt++)
        {
            DelayLine line = _loop.Line(microseconds);
            (_, Receiver receiver) = _loop.MeasureOnOneCore(line, "20kpps", count: 4000);
            Assert.Equal((4000, 0, 0), (receiver.Sequences.Received, receiver.Sequences.Reordered, receiver.Sequences.Duplicates));
            Assert.True(TrialResult.Microseconds(receiver.Latency.Min) >= microseconds * 0.999);
            median = TrialResult.Microseconds(receiver.Latency.Percentile(50));
        }

        Assert.InRange(median, microseconds * 0.999, microseconds + allowed);
    }

    [Fact]
    public void LossDuplicatesAndReorderingAreExact()
    {
        var line = new DelayLine(_loop.LineRx, _loop.LineTx, _loop.Pool, microseconds: 100) { LoseEvery = 101, RepeatEvery = 73, PutBackEvery = 37 };

        TrialResult result = _loop.Measure(line, "20kpps", TimeSpan.FromSeconds(0.5), s_wait);

        line.Release();
        Assert.Equal(10_000, result.Sent);
        Assert.Equal(99, line.Lost);
        Assert.True(line.Repeated > 100 && line.PutBack > 200);
        Assert.Equal(
            (result.Sent - line.Lost, line.Lost, line.Repeated, line.PutBack),
            (result.Received, result.Lost, result.Sequences.Duplicates, result.Sequences.Reordered));
        Assert.Equal((result.Received, 0L, 0L), (result.Latency.Count, result.Foreign, result.Sequences.TooLate));
    }

    [Fact]
    public void PausedForwarderIsSeenInFull()
    {
        var line = new DelayLine(_loop.LineRx, _loop.LineTx, _loop.Pool, microseconds: 10) { PauseAt = 500 };

        TrialResult result = _loop.Measure(line, "10kpps", TimeSpan.FromSeconds(0.2), s_patience);

        Assert.Equal(0, result.Lost);
        AssertShowsPause(result.Latency);
    }

    [Fact]
    public void PauseThatHoldsUpTheSenderIsSeenInFull()
    {
        var line = new DelayLine(_loop.LineRx, _loop.LineTx, _loop.Pool, microseconds: 10) { PauseAt = 500, PausesCaller = true };

        (Sender sender, Receiver receiver) = _loop.MeasureOnOneCore(line, "10kpps", count: 2000);

        // The sender could not send for 10 ms; packets due meanwhile count from when they were due.
        AssertShowsPause(receiver.Latency);
        Assert.True(TrialResult.Microseconds(sender.Lag.Max) > 9_500);
    }

    [Fact]
    public void NextTrialTakesNoPacketOfTheLast()
    {
        var line = new DelayLine(_loop.LineRx, _loop.LineTx, _loop.Pool, microseconds: 300_000);
        TrialResult first = _loop.Measure(line, "1kpps", TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.05));
        TrialResult second = _loop.Measure(line, "1kpps", TimeSpan.FromSeconds(0.1), s_patience);

        line.Release();
        Assert.Equal(first.Sent, first.Received + second.Foreign);
        Assert.True(second.Foreign > 0);
        Assert.Equal((100, 0), (second.Received, second.Lost));
    }

    public void Dispose() => _loop.Dispose();

    // Of 10,000 packets a second, 50 were due in the first half of a pause of 10 ms: they waited for 5 ms and more.
    private static void AssertShowsPause(LatencyHistogram latency)
    {
        Assert.True(TrialResult.Microseconds(latency.Max) >= 9_800);
        long late = latency.Buckets.Where(bucket => TrialResult.Microseconds(bucket.Lower) >= 4_900).Sum(bucket => bucket.Count);
        Assert.True(late >= 49, $"{late} waited for 5 ms");
    }
}
