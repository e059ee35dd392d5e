using System.Text.Json;
using System.Text.RegularExpressions;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>
/// Two kernels and l2fwd between them on virtio NICs, one with split rings, one with packed ones, of two queue pairs each. The host's
/// kernel chooses the queue by flow.
/// </summary>
[Trait("tier", "lab")]
[Trait("scenario", "virtio")]
public sealed partial class TwoQueuePairsOverTaps : DriverTest
{
    // That all of them take one of two queues happens once in half a million runs.
    private const int Flows = 20;
    private const string Metrics = "127.0.0.1:9464";

    [Fact]
    public async Task CarryFlowsOnBoth()
    {
        int pings = Guest.Count(full: 1000, brief: 100);
        long bytes = Guest.Count(full: 50_000_000, brief: 5_000_000);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.TapPeer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.TapPeer1, 2);
        await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Tapped0, Slots.Tapped1], "--queues", "2", "--metrics", Metrics);
        await first.WaitForAnswerAsync(second.Address4);

        PingResult answers = await first.PingAsync(second.Address4, pings);
        Assert.True((answers.Sent, answers.Received) == (pings, pings), answers.Text);
        for (int flow = 0; flow < Flows; flow++)
        {
            Assert.True(
                await TcpTransfer.IsIntactAsync(first.Namespace, second.Namespace, second.Address4, bytes / Flows), $"TCP flow {flow} arrived changed");
        }

        using var client = new HttpClient();
        string metrics = await client.GetStringAsync(new Uri($"http://{Metrics}/metrics"), TestContext.Current.CancellationToken);
        string[] queues = [.. QueueWithPackets().Matches(metrics).Select(line => line.Value)];
        Assert.True(queues.Distinct().Count() == 2 * 2 * 2, $"of 2 ports, directions and queues there are packets in:\n{string.Join('\n', queues)}\n{metrics}");
        JsonElement summary = await l2fwd.StopAsync();
        Assert.All(summary.GetProperty("ports").EnumerateArray(), port => Assert.Equal(0, port.GetProperty("errors").GetInt64()));
    }

    [GeneratedRegex("^pollio_port_packets_total{.*} [1-9]", RegexOptions.Multiline)]
    private static partial Regex QueueWithPackets();
}
