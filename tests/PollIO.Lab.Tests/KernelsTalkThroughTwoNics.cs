using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>Two kernels, each on the wire of one of our NICs, and l2fwd between.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("full", "virtio")]
public sealed class KernelsTalkThroughTwoNics : DriverTest
{
    [Theory]
    [InlineData("io")]
    [InlineData("l2")]
    public async Task PingAndTcp(string mode)
    {
        int count = Guest.Count(full: 1000, brief: 100);
        long bytes = Guest.Count(full: 50_000_000, brief: 5_000_000);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        if (mode == "l2")
        {
            await PlaceBehindL2Async(first, second);
        }

        await using L2fwdProcess l2fwd = await ForwardAsync(mode, [Slots.Dut0, Slots.Dut1]);
        await first.WaitForAnswerAsync(second.Address4);

        foreach (string address in (string[])[second.Address4, second.Address6])
        {
            PingResult pings = await first.PingAsync(address, count);
            Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
            Assert.True(await TcpTransfer.IsIntactAsync(first.Namespace, second.Namespace, address, bytes), $"TCP to {address} arrived changed");
        }

        JsonElement summary = await l2fwd.StopAsync();
        Assert.All(summary.GetProperty("ports").EnumerateArray(), port => Assert.Equal(0, port.GetProperty("errors").GetInt64()));
    }

    // What leaves port N has the destination 02:00:00:00:00:NN, so that is what the kernel on its wire must be.
    private static async Task PlaceBehindL2Async(WirePeer first, WirePeer second)
    {
        await first.SetMacAsync("02:00:00:00:00:00");
        await second.SetMacAsync("02:00:00:00:00:01");
        await first.SetNeighbourAsync(second, second.Mac);
        await second.SetNeighbourAsync(first, first.Mac);
    }
}
