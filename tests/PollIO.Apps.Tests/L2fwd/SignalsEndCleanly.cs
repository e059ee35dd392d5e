using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class SignalsEndCleanly
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static TheoryData<int, int> Moments()
    {
        // Twenty moments from the first to 1.5 s later, another set in every run; each is part of the test's name.
        var data = new TheoryData<int, int>();
        for (int i = 0; i < 20; i++)
        {
            int width = 1500 / 20;
            data.Add(i % 2 == 0 ? AppProcess.Interrupt : AppProcess.Terminate, (i * width) + Random.Shared.Next(width));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Moments), DisableDiscoveryEnumeration = true)]
    public async Task AtAnyMoment(int signal, int milliseconds)
    {
        string[] ports = milliseconds % 2 == 0 ? [] : ["--port", "null:", "--port", "ring:x", "--port", "ring:x"];

        await AssertEndsAsync([signal], milliseconds, ports);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public Task TwiceIsAsOnce(int milliseconds) =>
        AssertEndsAsync([AppProcess.Interrupt, AppProcess.Interrupt], milliseconds);

    [Fact]
    public Task LossOfTheTerminalEndsCleanly() => AssertEndsAsync([AppProcess.HangUp], 100);

    [Fact]
    public Task BothAtOnce() => AssertEndsAsync([AppProcess.Interrupt, AppProcess.Terminate, AppProcess.Interrupt], 200, "--port", "null:");

    private static async Task AssertEndsAsync(int[] signals, int milliseconds, params string[] arguments)
    {
        (ToolResult result, TimeSpan toEnd) = await AppProcess.L2fwd.SignalAsync(
            signals, TimeSpan.FromMilliseconds(milliseconds), [.. arguments, "--json", "-"]);

        JsonElement summary = AppProcess.Summary(result);
        Assert.InRange(toEnd, TimeSpan.Zero, s_patience);
        Assert.Contains("rates from the last", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            summary.GetProperty("rxPackets").GetInt64(),
            summary.GetProperty("txPackets").GetInt64() + summary.GetProperty("dropped").GetInt64());
    }
}
