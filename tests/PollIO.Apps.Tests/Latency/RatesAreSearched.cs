using PollIO.Apps.Latency.Searching;

namespace PollIO.Apps.Tests.Latency;

public sealed class RatesAreSearched
{
    [Theory]
    [InlineData(1e6, 637_000)]
    [InlineData(1e6, 999_000)]
    [InlineData(1e6, 12_345)]
    [InlineData(14.88e6, 9e6)]
    public void LimitIsFoundWithinTheResolution(double highest, double limit)
    {
        int trials = 0;
        (double passed, double failed) = RateSearch.Run(highest, 0.01, rate =>
        {
            trials++;
            return rate <= limit;
        });

        Assert.InRange(limit, passed, failed);
        Assert.True(failed - passed <= highest * 0.01);
        Assert.InRange(trials, 2, 9);
    }

    [Fact]
    public void HighestRateThatPassesEndsTheSearch()
    {
        int trials = 0;
        (double passed, _) = RateSearch.Run(5, 0.01, _ => ++trials > 0);

        Assert.Equal((5.0, 1), (passed, trials));
    }

    [Fact]
    public void NothingPassesWhenAllIsLost() => Assert.Equal(0, RateSearch.Run(1000, 0.01, _ => false).Passed);

    [Fact]
    public void SearchCanBeCutShort()
    {
        Queue<bool?> answers = new([false, true, null]);

        Assert.Equal((500, 1000), RateSearch.Run(1000, 0.01, _ => answers.Dequeue()));
    }
}
