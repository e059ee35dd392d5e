using System.Text.Json;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>What pktgen says it sent over veth is what DPDK's testpmd counts.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class PktgenMeetsTestpmd
{
    [Theory]
    [InlineData("--size", "64", "--flows", "100")]
    [InlineData("--size", "64-1514", "--protocol", "tcp", "--vlan", "5")]
    [InlineData("--size", "imix", "--ipv6", "--protocol", "icmp")]
    public async Task CountsAgree(params string[] arguments)
    {
        const int Count = 20_000;
        await using KernelPair kernels = await KernelPair.CreateAsync();

        // Nobody else sends on the wire: kernels announce themselves by IPv6.
        await KernelPair.IpAsync("netns", "exec", kernels.NamespaceA, "sysctl", "-qw", "net.ipv6.conf.far0.disable_ipv6=1");
        await ToolRunner.RunSuccessfullyAsync("sysctl", "-qw", $"net.ipv6.conf.{kernels.NearA}.disable_ipv6=1");
        await using TestpmdReceiver testpmd = await TestpmdReceiver.StartAsync(kernels.NamespaceA, "far0");

        ToolResult result = await ToolRunner.RunAsync(
            "dotnet",
            [AppPaths.Of("pktgen"), "--port", $"af_packet:{kernels.NearA}", "--count", $"{Count}", "--rate", "20kpps", "--interval", "0", "--json", "-", .. arguments],
            TimeSpan.FromSeconds(60));

        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement summary = JsonDocument.Parse(result.Output.TrimEnd('\n').Split('\n')[^1]).RootElement;
        (long packets, long bytes, long missed) = await testpmd.WaitForAsync(Count);
        Assert.Equal(Count, summary.GetProperty("txPackets").GetInt64());
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
        Assert.Equal(Count, packets + missed);
        Assert.Equal(0, missed);
        if (!arguments.Contains("--vlan"))
        {
            // The kernel hands a tag over beside the frame, and testpmd does not count it.
            Assert.Equal(summary.GetProperty("txBytes").GetInt64(), bytes);
        }
    }
}
