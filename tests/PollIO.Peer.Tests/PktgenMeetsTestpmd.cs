using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>What pktgen says it sent is what DPDK's testpmd counts, and what was asked for is what it receives.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class PktgenMeetsTestpmd
{
    private const int FlowPackets = 3_000;

    [Theory]
    [InlineData("--size", "64", "--flows", "100")]
    [InlineData("--size", "64-1514", "--protocol", "tcp", "--vlan", "5")]
    [InlineData("--size", "imix", "--ipv6", "--protocol", "icmp")]
    public async Task CountsAgree(params string[] arguments)
    {
        const int Count = 20_000;
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await SilenceAsync(kernels);
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

    [Theory]
    [InlineData("virtio-user", "net_vhost0,iface={0},queues=1", "?packed=on")]
    [InlineData("virtio-user", "net_vhost0,iface={0},queues=1", "?packed=off")]
    [InlineData("vhost", "net_virtio_user0,path={0},queues=1,packed_vq=0")]
    [InlineData("vhost", "net_virtio_user0,path={0},queues=1,packed_vq=1")]
    public async Task FlowsAndChecksumsArriveOverVhostUser(string driver, string device, string keys = "")
    {
        TestPmd.Require();
        using var folder = new TemporaryFolder();
        string socket = folder.PathOf("s");
        string capture = folder.PathOf("received.pcap");
        string port = $"{driver}:{socket}{keys}";
        string peer = string.Format(CultureInfo.InvariantCulture, device, socket);
        if (driver == "vhost")
        {
            // The device listens, so it has to be there first; it offers its packets until a driver has come.
            Task<JsonElement> sending = SendFlowsAsync(port);
            await WaitForFileAsync(socket, sending);
            await using TestPmd testpmd = await TestPmd.StartRecordingAsync(peer, capture);
            await AssertReceivedAsync(testpmd, await sending, capture);
        }
        else
        {
            await using TestPmd testpmd = await TestPmd.StartRecordingAsync(peer, capture);
            await AssertReceivedAsync(testpmd, await SendFlowsAsync(port), capture);
        }
    }

    [Fact]
    public async Task FlowsAndChecksumsArriveOverVeth()
    {
        TestPmd.Require();
        using var folder = new TemporaryFolder();
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await SilenceAsync(kernels);
        string capture = folder.PathOf("received.pcap");
        await using TestPmd testpmd = await TestPmd.StartRecordingAsync(
            "net_af_packet0,iface=far0,framecnt=8192,framesz=2048,blocksz=65536", capture, kernels.NamespaceA);

        await AssertReceivedAsync(testpmd, await SendFlowsAsync($"af_packet:{kernels.NearA}"), capture);
    }

    private static async Task<JsonElement> SendFlowsAsync(string port)
    {
        ToolResult result = await ToolRunner.RunAsync(
            "dotnet",
            [
                AppPaths.Of("pktgen"), "--port", port, "--count", $"{FlowPackets}", "--rate", "20kpps", "--interval", "0", "--json", "-", "--size", "94-300", "--stamp",
                "--flows", "100", "--vary", "src-port,dst-ip", "--src-port", "5000", "--dst-ip", "10.0.0.250",
            ],
            TimeSpan.FromSeconds(120));
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonDocument.Parse(result.Output.TrimEnd('\n').Split('\n')[^1]).RootElement;
    }

    private static async Task AssertReceivedAsync(TestPmd testpmd, JsonElement summary, string capture)
    {
        ToolRunner.Require("tshark", "tshark");
        long sent = summary.GetProperty("txPackets").GetInt64();
        long dropped = summary.GetProperty("dropped").GetInt64();
        Assert.Equal(FlowPackets, sent + dropped);
        var clock = Stopwatch.StartNew();
        (long Received, long Sent) counted = await testpmd.ReadStatisticsAsync();
        while (counted.Received < sent && clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(50);
            counted = await testpmd.ReadStatisticsAsync();
        }

        Assert.Equal(sent, counted.Received);
        await testpmd.QuitAsync();
        string[] checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
        string[] fields = ["udp.srcport", "ip.dst", "ip.checksum.status", "udp.checksum.status"];
        string text = await ToolRunner.RunSuccessfullyAsync("tshark", ["-r", capture, .. checks, "-T", "fields", .. fields.SelectMany(field => new[] { "-e", field })]);
        string[] expected =
            [.. Enumerable.Range(0, (int)sent).Select(i => i % 100).Select(flow => $"{5000 + flow}\t10.0.{(250 + flow) / 256}.{(250 + flow) % 256}\t1\t1")];
        Assert.Equal(expected, text.TrimEnd('\n').Split('\n'));
    }

    private static async Task WaitForFileAsync(string path, Task user)
    {
        while (!File.Exists(path))
        {
            Assert.False(user.IsCompleted, $"{path} was never there");
            await Task.Delay(20);
        }
    }

    // Nobody else sends on the wire: kernels announce themselves by IPv6.
    private static async Task SilenceAsync(KernelPair kernels)
    {
        await KernelPair.IpAsync("netns", "exec", kernels.NamespaceA, "sysctl", "-qw", "net.ipv6.conf.far0.disable_ipv6=1");
        await ToolRunner.RunSuccessfullyAsync("sysctl", "-qw", $"net.ipv6.conf.{kernels.NearA}.disable_ipv6=1");
    }
}
