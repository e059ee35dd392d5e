using PollIO.SideBySide.Statistics;

namespace PollIO.Bench.Tests;

public class MedianAndItsInterval
{
    [Fact]
    public void MedianOfAnOddNumberIsTheMiddle() => Assert.Equal(3, Quantiles.Median([9, 1, 3]));

    [Fact]
    public void MedianOfAnEvenNumberIsBetweenTheMiddleTwo() => Assert.Equal(2.5, Quantiles.Median([4, 1, 3, 2]));

    [Fact]
    public void MedianOfNothingIsRefused() => Assert.Throws<ArgumentException>(() => Quantiles.Median([]));

    // The ranks and confidences are those of the usual tables of sign-test intervals.
    [Theory]
    [InlineData(6, 1, 6, 0.96875)]
    [InlineData(7, 1, 7, 0.984375)]
    [InlineData(9, 2, 8, 0.9609375)]
    [InlineData(10, 2, 9, 0.978515625)]
    [InlineData(20, 6, 15, 0.958610535)]
    public void IntervalIsTheNarrowestWith95Percent(int count, int low, int high, double confidence)
    {
        MedianInterval interval = Quantiles.IntervalOfMedian([.. Enumerable.Range(1, count).Select(value => (double)value).Reverse()]);

        Assert.Equal(low, interval.Low);
        Assert.Equal(high, interval.High);
        Assert.Equal(confidence, interval.Confidence, 1e-9);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0.5)]
    [InlineData(5, 0.9375)]
    public void TooFewValuesGiveSmallestToLargestAndSaySo(int count, double confidence)
    {
        MedianInterval interval = Quantiles.IntervalOfMedian([.. Enumerable.Range(1, count).Select(value => (double)value)]);

        Assert.Equal(new MedianInterval(1, count, confidence), interval);
    }
}
