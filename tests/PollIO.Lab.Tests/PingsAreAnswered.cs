using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>A kernel pings l2fwd's echo mode on a NIC of ours.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("full", "virtio")]
public sealed class PingsAreAnswered : DriverTest
{
    private const byte EchoReply4 = 0;
    private const byte EchoReply6 = 129;

    [Theory]
    [InlineData(AnyAddress4, 42, 34, EchoReply4)]
    [InlineData(AnyAddress6, 62, 54, EchoReply6)]
    public async Task EveryOneOfEverySizeAndSeenOnTheWire(string address, int headers, int typeOffset, byte reply)
    {
        int count = Guest.Count(full: 1000, brief: 100);
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        var wire = new WireCapture("dut0");
        await using L2fwdProcess l2fwd = await ForwardAsync("icmpecho", [Slots.Dut0]);
        await peer.WaitForAnswerAsync(address);

        foreach (int size in (int[])[64, 1400])
        {
            PingResult pings = await peer.PingAsync(address, count, size);
            Assert.True((pings.Sent, pings.Received) == (count, count), $"{size} bytes: {pings.Text}");
        }

        JsonElement summary = await l2fwd.StopAsync();

        // What asks nothing, such as a peer's router solicitation, is dropped by intention.
        Assert.Equal(0, summary.GetProperty("ports")[0].GetProperty("errors").GetInt64());
        ushort type = (ushort)(address == AnyAddress4 ? 0x0800 : 0x86dd);
        List<byte[]> replies = [.. wire.Frames().Where(frame => frame.Length > typeOffset && ((frame[12] << 8) | frame[13]) == type && frame[typeOffset] == reply)];
        Assert.True(replies.Count(frame => frame.Length == headers + 64) >= count);
        Assert.True(replies.Count(frame => frame.Length == headers + 1400) >= count);
    }
}
