using System.Diagnostics;

namespace PollIO.Tests.Support;

public sealed class ToolRunnerEndsWhatHangs
{
    [Fact]
    public async Task WhenTheLimitPasses()
    {
        long start = Stopwatch.GetTimestamp();

        await Assert.ThrowsAsync<TimeoutException>(() => ToolRunner.RunAsync("sleep", ["600"], TimeSpan.FromMilliseconds(50)));

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(300), "it was waited for");
    }

    [Fact]
    public async Task AndReportsExitCodeAndBothOutputs()
    {
        ToolResult result = await ToolRunner.RunAsync("sh", ["-c", "echo out; echo err >&2; exit 3"]);

        Assert.Equal(new ToolResult(3, "out\n", "err\n"), result);
    }
}
