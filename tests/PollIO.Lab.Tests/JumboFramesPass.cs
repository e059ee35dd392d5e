using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>Packets of 9000 bytes through the chip that takes them.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("full", "virtio")]
public sealed class JumboFramesPass : DriverTest
{
    private const int Mtu = 9000;
    private const int IcmpHeaders = 28;

    [Fact]
    public async Task PingsAndTcpOfNineThousandBytes()
    {
        int count = Guest.Count(full: 1000, brief: 250);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1, Mtu);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2, Mtu);
        var wire = new WireCapture("dut1");
        await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Dut0, Slots.Dut1], "--mtu", $"{Mtu}");
        await first.WaitForAnswerAsync(second.Address4);

        PingResult pings = await first.PingAsync(second.Address4, count, Mtu - IcmpHeaders, options: ["-M", "do"]);

        Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
        Assert.True(wire.Frames().Count(frame => frame.Length == Mtu + 14) >= 2 * count);
        Assert.True(await TcpTransfer.IsIntactAsync(first.Namespace, second.Namespace, second.Address4, Guest.Count(full: 50_000_000, brief: 5_000_000)));
        await l2fwd.StopAsync();
    }
}
