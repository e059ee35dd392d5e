using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>A NIC of ours, a wire inside the process and a kernel interface in one l2fwd, all on one pool.</summary>
[Trait("tier", "lab")]
public sealed class PortsOfThreeKindsShareOnePool : DriverTest
{
    [Fact]
    [Trait("scenario", "e1000e")]
    [Trait("full", "e1000")]
    public Task VfioToRingToAfPacket() => ForwardOverAsync("ring:wire", "ring:wire");

    [Fact]
    [Trait("scenario", "e1000e")]
    public Task VfioToVirtioUserToVhostToAfPacket() => ForwardOverAsync("virtio-user:/tmp/pollio-wire", "vhost:/tmp/pollio-wire");

    private async Task ForwardOverAsync(string near, string far)
    {
        int count = Guest.Count(full: 1000, brief: 100);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        string name = await new PciDevice(Slots.Dut1).BindToKernelAsync();
        await ToolRunner.RunSuccessfullyAsync("ip", "link", "set", name, "up");
        await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Dut0], "--port", near, "--port", far, "--port", $"af_packet:{name}");
        await first.WaitForAnswerAsync(second.Address4);

        PingResult pings = await first.PingAsync(second.Address4, count);

        Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
        Assert.True(await TcpTransfer.IsIntactAsync(first.Namespace, second.Namespace, second.Address4, 1_000_000));
        JsonElement summary = await l2fwd.StopAsync();
        Assert.Equal(0, summary.GetProperty("ports")[0].GetProperty("errors").GetInt64());
    }
}
