using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>A NIC of ours, a software wire and a kernel interface in one l2fwd: packets go from one kind to the next uncopied.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
public sealed class PortsOfThreeKindsShareOnePool : DriverTest
{
    [Fact]
    public async Task VfioToRingToAfPacket()
    {
        int count = Guest.Count(full: 1000, brief: 100);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        string name = await new PciDevice(Slots.Dut1).BindToKernelAsync();
        await ToolRunner.RunSuccessfullyAsync("ip", "link", "set", name, "up");
        await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Dut0], "--port", "ring:wire", "--port", "ring:wire", "--port", $"af_packet:{name}");
        await first.WaitForAnswerAsync(second.Address4);

        PingResult pings = await first.PingAsync(second.Address4, count);

        Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
        Assert.True(await TcpTransfer.IsIntactAsync(first.Namespace, second.Namespace, second.Address4, 1_000_000));
        JsonElement summary = await l2fwd.StopAsync();
        Assert.Equal(0, summary.GetProperty("ports")[0].GetProperty("errors").GetInt64());
    }
}
