using System.Text.Json;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>The kernels of two namespaces talk to each other, or to us, through <c>af_packet:</c> ports on veth's default offloads.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class KernelsTalkThroughL2fwd : IDisposable
{
    private const int Pings = 1000;
    private const long TransferBytes = 100_000_000;

    // What the detour through user space may cost over the kernel's own bridge.
    private const double AllowedMilliseconds = 0.1;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(KernelPair.AddressB4, 64)]
    [InlineData(KernelPair.AddressB4, 1400)]
    [InlineData(KernelPair.AddressB6, 64)]
    [InlineData(KernelPair.AddressB6, 1400)]
    public async Task EveryPingIsAnswered(string address, int size)
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await ForwardAsync(kernels, "io");

        PingResult pings = await kernels.PingAsync(address, Pings, size);

        Assert.True((pings.Sent, pings.Received) == (Pings, Pings), pings.Text);
        JsonElement summary = await l2fwd.StopAsync();
        Assert.True(summary.GetProperty("rxPackets").GetInt64() >= 2 * Pings);
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
    }

    [Theory]
    [InlineData(KernelPair.AddressB4)]
    [InlineData(KernelPair.AddressB6)]
    public async Task TcpTransferArrivesIntact(string address)
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await ForwardAsync(kernels, "io");

        bool intact = await TcpTransfer.IsIntactAsync(kernels.NamespaceA, kernels.NamespaceB, address, TransferBytes);

        Assert.True(intact);
        JsonElement summary = await l2fwd.StopAsync();
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
        Assert.Equal(0, summary.GetProperty("gcCollections").GetInt64());

        // The kernel sent frames of up to 64 KiB, and they were cut.
        long oversized = summary.GetProperty("ports").EnumerateArray().Sum(port => port.GetProperty("extended").GetProperty("rx_oversized_frames").GetInt64());
        Assert.True(oversized > 0);
    }

    [Theory]
    [InlineData("10.213.0.77")]
    [InlineData("fd21:3::77")]
    public async Task EchoModeAnswersEveryPing(string address)
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await L2fwdProcess.StartAsync(_folder, "--port", $"af_packet:{kernels.NearA}", "--mode", "icmpecho", "--interval", "0");

        PingResult pings = await kernels.PingAsync(address, Pings);

        Assert.True((pings.Sent, pings.Received) == (Pings, Pings), pings.Text);
        await l2fwd.StopAsync();
    }

    [Fact]
    public async Task SleepingCoreAnswersEveryPing()
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await L2fwdProcess.StartAsync(
            _folder, "--port", $"af_packet:{kernels.NearA}", "--mode", "icmpecho", "--idle", "interrupt", "--interval", "0");

        PingResult pings = await kernels.PingAsync("10.213.0.77", Pings);

        Assert.True((pings.Sent, pings.Received) == (Pings, Pings), pings.Text);
        JsonElement summary = await l2fwd.StopAsync();
        Assert.Equal("interrupt", summary.GetProperty("idle").GetString());
    }

    [Fact]
    public async Task IdlePingIsNearlyAsQuickAsThroughABridge()
    {
        const int Count = 100;
        const int MaxRounds = 8;
        await using KernelPair kernels = await KernelPair.CreateAsync();
        var through = new List<double>();
        var bridged = new List<double>();

        // Other load on the machine only ever adds: the quietest round of each side is compared, and a quiet one is waited for.
        double difference = double.MaxValue;
        for (int round = 0; round < MaxRounds && difference > AllowedMilliseconds; round++)
        {
            await using (L2fwdProcess l2fwd = await ForwardAsync(kernels, "io"))
            {
                await kernels.PingAsync(KernelPair.AddressB4, 10);
                through.Add((await kernels.PingAsync(KernelPair.AddressB4, Count, interval: 0.005)).Median);
                await l2fwd.StopAsync();
            }

            await kernels.BridgeAsync();
            await kernels.PingAsync(KernelPair.AddressB4, 10);
            bridged.Add((await kernels.PingAsync(KernelPair.AddressB4, Count, interval: 0.005)).Median);
            await kernels.UnbridgeAsync();
            difference = through.Min() - bridged.Min();
        }

        Assert.True(difference <= AllowedMilliseconds, $"p50 {through.Min()} ms against {bridged.Min()} ms");
    }

    [Fact]
    public async Task NothingIsLeftBehind()
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await ForwardAsync(kernels, "io");
        Assert.DoesNotContain("promiscuity 0 ", await KernelPair.IpAsync("-d", "link", "show", kernels.NearA), StringComparison.Ordinal);

        await l2fwd.StopAsync();

        Assert.Contains("promiscuity 0 ", await KernelPair.IpAsync("-d", "link", "show", kernels.NearA), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingPermissionIsNamedWithItsRemedy()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a capability up needs root");
        ToolRunner.Require("util-linux", "setpriv");

        ToolResult result = await ToolRunner.RunAsync("setpriv", ["--bounding-set", "-net_raw", "--inh-caps", "-net_raw", "dotnet", L2fwdProcess.Path, "--port", "af_packet:lo"]);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("CAP_NET_RAW", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    private Task<L2fwdProcess> ForwardAsync(KernelPair kernels, string mode) => L2fwdProcess.StartAsync(
        _folder, "--port", $"af_packet:{kernels.NearA}", "--port", $"af_packet:{kernels.NearB}", "--mode", mode, "--interval", "0");
}
