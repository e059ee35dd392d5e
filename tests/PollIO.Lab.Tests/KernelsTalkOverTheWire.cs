using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>The guest's own kernel drives every NIC: the wires, the capture of them, and ports that need no driver of ours.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("full", "e1000")]
public sealed class KernelsTalkOverTheWire : IDisposable
{
    private const string AnyAddress = "10.77.0.77";
    private const int PingSize = 100;

    private readonly TemporaryFolder _folder = new();

    public KernelsTalkOverTheWire() => Guest.Require();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PingsToAnAfPacketPortAreAnsweredAndCaptured()
    {
        int pings = Guest.Count(full: 1000, brief: 100);
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        string name = await new PciDevice(Slots.Dut0).BindToKernelAsync();
        await ToolRunner.RunSuccessfullyAsync("ip", "link", "set", name, "up");
        var wire = new WireCapture("dut0");
        await using L2fwdProcess l2fwd = await L2fwdProcess.StartAsync(_folder, "--port", $"af_packet:{name}", "--mode", "icmpecho", "--interval", "0");
        await peer.WaitForAnswerAsync(AnyAddress);

        PingResult result = await peer.PingAsync(AnyAddress, pings, PingSize);

        Assert.True((result.Sent, result.Received) == (pings, pings), result.Text);
        JsonElement summary = await l2fwd.StopAsync();
        Assert.True(summary.GetProperty("txPackets").GetInt64() >= pings);
        Assert.Equal(2 * pings, wire.Frames().Count(IsPing));
    }

    // An ICMP echo request or reply over IPv4, of those that were counted.
    private static bool IsPing(byte[] frame) => frame.Length > 34 && frame[12] == 8 && frame[13] == 0 && frame[23] == 1 && frame[34] is 0 or 8 && frame.Length == 42 + PingSize;
}
