using System.Text.Json;
using System.Xml.Linq;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Latency;

[Collection(ProcessTests.Name)]
public sealed class SummaryHasEverything : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task EverySizeInOneGo()
    {
        string plot = _folder.PathOf("plot.svg");
        ToolResult result = await AppProcess.Latency.RunAsync(
            "--tx", "ring:x", "--rx", "ring:x", "--rate", "10kpps", "--duration", "0.3", "--warmup", "0.2", "--size", "rfc2544", "--plot", plot, "--json", "-");

        JsonElement summary = AppProcess.Summary(result);
        Assert.Equal((7 * 3000, 7 * 3000, 0), (Number(summary, "sent"), Number(summary, "received"), Number(summary, "lost")));
        Assert.Equal((0, 0), (Number(summary, "allocatedBytes"), Number(summary, "gcCollections")));
        string[] times = ["p50Us", "p90Us", "p99Us", "p999Us", "p9999Us", "maxUs"];
        double[] values = [.. times.Select(name => summary.GetProperty(name).GetDouble())];
        Assert.Equal(values.Order(), values);
        Assert.True(values[0] > 0);
        Assert.Equal([60, 124, 252, 508, 1020, 1276, 1514], summary.GetProperty("sizes").EnumerateArray().Select(size => Number(size, "size")));
        Assert.Equal("svg", XElement.Load(plot).Name.LocalName);
        Assert.Contains("p99.99", result.Error, StringComparison.Ordinal);
        Assert.All(result.Error.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task SearchTellsTheRate()
    {
        JsonElement summary = AppProcess.Summary(await AppProcess.Latency.RunAsync(
            "--tx", "ring:x", "--rx", "ring:x", "--rate", "1kpps", "--duration", "0.2", "--warmup", "0", "--pdr", "50", "--json", "-"));

        JsonElement size = Assert.Single(summary.GetProperty("sizes").EnumerateArray());
        Assert.InRange(size.GetProperty("foundPps").GetDouble(), 0, 1000);
        Assert.True(Number(size, "trials") >= 1);
    }

    [Fact]
    public async Task SilenceFails()
    {
        ToolResult result = await AppProcess.Latency.RunAsync(
            "--tx", "null:", "--rx", "ring:nobody", "--duration", "0.1", "--warmup", "0", "--wait", "0.1", "--json", "-");

        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("latency: no packet came back\n", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
