using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>The default run: generator and forwarder in one process, on the guest's single CPU.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
public sealed class L2fwdRunsInTheGuest : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public L2fwdRunsInTheGuest() => Guest.Require();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WithoutPortsAndWithoutAllocation()
    {
        string json = _folder.PathOf("summary.json");

        ToolResult run = await L2fwdProcess.RunAsync("--duration", "3", "--interval", "0", "--json", json);

        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement summary = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken)).RootElement;
        Assert.True(summary.GetProperty("rxPackets").GetInt64() > 10_000);
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
    }
}
