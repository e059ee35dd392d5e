using System.Globalization;
using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class EmbeddedRunMeasures
{
    private static readonly string[] s_percentiles = ["minUs", "p50Us", "p90Us", "p99Us", "p999Us", "maxUs"];

    [Theory]
    [InlineData("l2")]
    [InlineData("io")]
    [InlineData("mac")]
    [InlineData("macswap")]
    [InlineData("icmpecho")]
    public async Task EveryPacketComesBack(string mode)
    {
        ToolResult result = await AppProcess.L2fwd.RunAsync("--mode", mode, "--duration", "2", "--json", "-");
        JsonElement summary = AppProcess.Summary(result);

        Assert.Equal(mode, summary.GetProperty("mode").GetString());
        long received = summary.GetProperty("rxPackets").GetInt64();
        Assert.True(received > 0);
        Assert.Equal(received, summary.GetProperty("txPackets").GetInt64());
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
        Assert.Equal(0, summary.GetProperty("gcCollections").GetInt64());
        Assert.True(summary.GetProperty("cyclesPerPacket").GetDouble() > 0);
        Assert.InRange(summary.GetProperty("seconds").GetDouble(), 2, 10);
        Assert.InRange(summary.GetProperty("warmupSeconds").GetDouble(), 0.001, summary.GetProperty("seconds").GetDouble() / 2);

        JsonElement generator = summary.GetProperty("generator");
        Assert.Equal(received, generator.GetProperty("sent").GetInt64());
        Assert.Equal(received, generator.GetProperty("received").GetInt64());
        Assert.Equal(0, generator.GetProperty("lost").GetInt64());
        Assert.Equal(0, generator.GetProperty("outOfOrder").GetInt64());
        Assert.Equal(0, generator.GetProperty("foreign").GetInt64());
        AssertLatencyIsOrdered(summary.GetProperty("latency"));

        // What is for people goes to standard error, and nothing but the object to standard output.
        Assert.Single(result.Output.TrimEnd('\n').Split('\n'));
        Assert.Contains("pps", result.Error, StringComparison.Ordinal);
        Assert.Contains("latency", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Error);
    }

    [Theory]
    [InlineData("1", "60")]
    [InlineData("7", "61")]
    [InlineData("512", "1514")]
    [InlineData("32", "9018")]
    public async Task BurstAndSizeAreAsAsked(string burst, string size)
    {
        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--burst", burst, "--size", size, "--duration", "0.5");

        JsonElement source = summary.GetProperty("ports")[0];
        Assert.Equal(int.Parse(burst, CultureInfo.InvariantCulture), summary.GetProperty("burst").GetInt32());
        Assert.True(source.GetProperty("rx").GetInt64() > 0);
        Assert.Equal(source.GetProperty("rx").GetInt64() * int.Parse(size, CultureInfo.InvariantCulture), source.GetProperty("rxBytes").GetInt64());
        Assert.Equal(0, summary.GetProperty("generator").GetProperty("lost").GetInt64());
    }

    [Fact]
    public async Task OneCpuIsEnough()
    {
        ToolRunner.Require("util-linux", "taskset");
        ToolResult result = await ToolRunner.RunAsync(
            "taskset", ["-c", "0", "dotnet", AppProcess.L2fwd.Path, "--duration", "2", "--interval", "0", "--json", "-"]);
        JsonElement summary = AppProcess.Summary(result);

        Assert.Equal("yield", summary.GetProperty("idle").GetString());
        Assert.Equal([0, 0], summary.GetProperty("cores").EnumerateArray().Select(core => core.GetInt32()));
        Assert.True(summary.GetProperty("rxPackets").GetInt64() > 10_000);
        Assert.Equal(0, summary.GetProperty("generator").GetProperty("lost").GetInt64());
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
    }

    [Fact]
    public async Task JsonFileIsReplaced()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("summary.json", new byte[100_000]);

        ToolResult result = await AppProcess.L2fwd.RunAsync("--duration", "0.3", "--interval", "0", "--json", path);

        Assert.Equal(0, result.ExitCode);
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        Assert.True(summary.GetProperty("rxPackets").GetInt64() > 0);
        Assert.Contains("latency", result.Output, StringComparison.Ordinal);
    }

    private static void AssertLatencyIsOrdered(JsonElement latency)
    {
        Assert.True(latency.GetProperty("samples").GetInt64() > 0);
        double[] scale = [.. s_percentiles.Select(name => latency.GetProperty(name).GetDouble())];
        Assert.True(scale[0] > 0);
        Assert.Equal(scale.Order(), scale);
    }
}
