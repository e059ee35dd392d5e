using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>With <c>--idle interrupt</c> a forwarder without traffic costs next to nothing, and misses no packet when some comes.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
public sealed class IdlePortsSleep : DriverTest
{
    private const double AllowedShare = 0.02;

    [Fact]
    public async Task CpuTimeIsNearNothingAndTheFirstPacketIsAnswered()
    {
        TimeSpan time = TimeSpan.FromSeconds(Guest.Count(full: 30, brief: 10));
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using L2fwdProcess l2fwd = await ForwardAsync("icmpecho", [Slots.Dut0], "--idle", "interrupt");

        // Warm-up: what is done once is done, and the peer knows our MAC address.
        await peer.WaitForAnswerAsync(AnyAddress4);
        TimeSpan settled = await SettleAsync(l2fwd);
        await Task.Delay(time, TestContext.Current.CancellationToken);
        double share = (l2fwd.CpuTime - settled) / time;
        PingResult first = await peer.PingAsync(AnyAddress4, 1);

        Assert.True(share < AllowedShare, $"{share:P2} of a core while idle: {l2fwd.ThreadTimes}");
        Assert.True(first.Received == 1, first.Text);
        await l2fwd.StopAsync();
    }

    [Fact]
    public async Task SparsePacketsAreAllAnswered()
    {
        int count = Guest.Count(full: 10_000, brief: 500);
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using L2fwdProcess l2fwd = await ForwardAsync("icmpecho", [Slots.Dut0], "--idle", "interrupt");
        await peer.WaitForAnswerAsync(AnyAddress4);

        PingResult pings = await peer.PingAsync(AnyAddress4, count, interval: 0.01);

        Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
        await l2fwd.StopAsync();
    }

    // Start-up and tier-1 compilation in the background, slow under emulation, are over when two seconds in a row cost little, or
    // after a while in any case.
    private static async Task<TimeSpan> SettleAsync(L2fwdProcess l2fwd)
    {
        TimeSpan before = l2fwd.CpuTime;
        for (int second = 0, quiet = 0; second < 45; second++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            TimeSpan now = l2fwd.CpuTime;
            quiet = now - before < TimeSpan.FromMilliseconds(20) ? quiet + 1 : 0;
            before = now;
            if (quiet == 2)
            {
                break;
            }
        }

        return before;
    }
}
