using PollIO.SideBySide.Processes;

namespace PollIO.Bench.Tests;

public sealed class SummariesOfAppsAreRead
{
    [Fact]
    public void NumbersAreTaken()
    {
        AppSummary summary = AppSummary.Parse("""{"txPps":32100000.5,"allocatedBytes":24,"gcCollections":1,"mode":"io"}""");

        Assert.Equal((32100000.5, 24, 1), (summary.Number("txPps"), summary.AllocatedBytes, summary.Collections));
    }

    [Theory]
    [InlineData("{\"mode\":\"io\"}", "p50Us")]
    [InlineData("{\"mode\":\"io\"}", "mode")]
    [InlineData("[1]", "p50Us")]
    public void MissingNumberIsTold(string line, string name) =>
        Assert.Contains(name, Assert.Throws<PollIOException>(() => AppSummary.Parse(line).Number(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void NoJsonIsTold() => Assert.Throws<PollIOException>(() => AppSummary.Parse("{not"));
}
