namespace PollIO.Engine.Tests.Statistics;

public sealed class LatencyHistogramCounts
{
    [Fact]
    public void EmptyHistogramAnswersZero()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((0, 0, 0, 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Percentile(50)));
        Assert.Equal(0, histogram.Mean);
    }

    [Fact]
    public void SmallValuesAreExact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 100; value++)
        {
            histogram.Record(value);
        }

        Assert.Equal(1, histogram.Percentile(0));
        Assert.Equal(1, histogram.Percentile(1));
        Assert.Equal(50, histogram.Percentile(50));
        Assert.Equal(99, histogram.Percentile(99));
        Assert.Equal(100, histogram.Percentile(99.9));
        Assert.Equal(100, histogram.Percentile(100));
        Assert.Equal(50.5, histogram.Mean, precision: 9);
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(1_000_003)]
    [InlineData(1L << 40)]
    [InlineData((1L << 62) + 12345)]
    [InlineData(long.MaxValue)]
    public void PercentilesAreWithinOnePartOf64(long value)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(value);
        histogram.Record(long.MaxValue);

        long median = histogram.Percentile(50);

        Assert.InRange(median - value, 0, value / 64);
        Assert.Equal(value, histogram.Min);
        Assert.Equal(long.MaxValue, histogram.Max);
    }

    [Fact]
    public void PercentilesFollowASortedListOfRandomValues()
    {
        var random = new Random(12345);
        var histogram = new LatencyHistogram();
        long[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 40))];
        Array.ForEach(values, histogram.Record);
        Array.Sort(values);

        foreach (double percent in new[] { 0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 99.99, 100 })
        {
            long exact = values[Math.Max(1, (int)Math.Ceiling(values.Length * (percent / 100))) - 1];
            Assert.InRange(histogram.Percentile(percent) - exact, 0, exact / 64);
        }
    }

    [Fact]
    public void NegativeValuesCountAsZero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);

        Assert.Equal((1, 0, 0, 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Percentile(99)));
    }

    [Fact]
    public void SumOfTwoIsAsIfOneHadRecordedAll()
    {
        var first = new LatencyHistogram();
        var second = new LatencyHistogram();
        var both = new LatencyHistogram();
        for (int i = 0; i < 10_000; i++)
        {
            (i % 3 == 0 ? first : second).Record(i * 7L);
            both.Record(i * 7L);
        }

        first.Add(second);

        Assert.Equal((both.Count, both.Min, both.Max), (first.Count, first.Min, first.Max));
        Assert.Equal(both.Mean, first.Mean, precision: 6);
        Assert.Equal(both.Percentile(37), first.Percentile(37));
    }

    [Fact]
    public void ClearForgetsEverything()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1000);
        histogram.Clear();
        histogram.Record(3);

        Assert.Equal((1, 3, 3, 3), (histogram.Count, histogram.Min, histogram.Max, histogram.Percentile(100)));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(100.1)]
    [InlineData(double.NaN)]
    public void PercentilesOutsideTheScaleAreRefused(double percent) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyHistogram().Percentile(percent));

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(LatencyHistogram.ThreeDigits)]
    [InlineData(16)]
    public void BucketsHoldEveryValueOnceWithinTheirWidth(int partBits)
    {
        var histogram = new LatencyHistogram(partBits);
        var random = new Random(partBits);
        long[] values = [0, 1, long.MaxValue, .. Enumerable.Range(0, 2000).Select(_ => random.NextInt64() >> random.Next(63))];
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        (long Lower, long Upper, long Count)[] buckets = [.. histogram.Buckets];
        Assert.Equal(values.Length, buckets.Sum(bucket => bucket.Count));
        Assert.All(buckets, bucket => Assert.True(bucket.Upper - bucket.Lower <= bucket.Lower >> partBits));
        Assert.All(buckets, bucket => Assert.Equal(bucket.Count, values.Count(value => value >= bucket.Lower && value <= bucket.Upper)));
        Assert.All(buckets.Zip(buckets.Skip(1)), pair => Assert.True(pair.First.Upper < pair.Second.Lower));
    }

    [Fact]
    public void BucketsOfAnotherWidthAreNotAdded() =>
        Assert.Throws<ArgumentException>(() => new LatencyHistogram().Add(new LatencyHistogram(LatencyHistogram.ThreeDigits)));

    [Fact]
    public void RecordingAllocatesNothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            histogram.Record(i);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
