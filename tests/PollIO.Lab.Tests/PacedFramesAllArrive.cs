using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>Frames at a steady rate cross two NICs; the kernels on both sides count.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("scenario", "virtio")]
public sealed class PacedFramesAllArrive : DriverTest
{
    private const int Rate = 20_000;

    // The guest has one CPU, which the sender and the runtime's compiler share with the forwarder: 200 ms of frames wait meanwhile.
    private static readonly string s_rings = IsVirtio ? "?rxd=1024&txd=256" : "?rxd=4096&txd=4096";

    // QEMU's virtio has 256 descriptors for sending, and works them off when a thread of its own gets to it.
    private static readonly string[] s_patience = IsVirtio ? ["--tx-retry", "1000000"] : [];

    private static bool IsVirtio => Guest.Scenario == "virtio";

    [Fact]
    public async Task AMillionOfThem()
    {
        int count = Guest.Count(full: 1_000_000, brief: 20_000);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1, silent: true);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2, silent: true);
        string[] ports = [Slots.Dut0 + s_rings, Slots.Dut1 + s_rings];
        await ClearWiresAsync(first, second, ports);
        await using L2fwdProcess l2fwd = await ForwardAsync("io", ports, s_patience);
        await first.WaitForAnswerAsync(second.Address4);
        await first.SetNeighbourAsync(second, second.Mac);
        await second.SetNeighbourAsync(first, first.Mac);
        await WarmUpAsync(first, second);
        long before = await second.CounterAsync("rx_packets");

        await using Pktgen frames = await Pktgen.StartAsync(first, second.Mac, count, rate: Rate);
        Assert.Equal(count, await frames.SentAsync());
        long arrived = await second.FinalCounterAsync("rx_packets", before + count) - before;

        JsonElement summary = await l2fwd.StopAsync();
        long dropped = summary.GetProperty("dropped").GetInt64(), missed = summary.GetProperty("rxMissed").GetInt64();
        Assert.Equal((count, 0, 0), (arrived, dropped, missed));
        long received = summary.GetProperty("ports")[0].GetProperty("rx").GetInt64();
        Assert.True(received >= count);
        Assert.Equal(received, summary.GetProperty("ports")[1].GetProperty("tx").GetInt64());
    }

    // Code that the runtime has not optimised yet is slower in the emulator than the rate.
    private static async Task WarmUpAsync(WirePeer first, WirePeer second)
    {
        const int Count = 10_000, SlowRate = 2000;
        long before = await second.CounterAsync("rx_packets");
        await using Pktgen frames = await Pktgen.StartAsync(first, second.Mac, Count, rate: SlowRate);
        await second.FinalCounterAsync("rx_packets", before + Count);
    }

    // QEMU keeps up to 10,000 frames for a NIC that does not receive, and an earlier test that killed its forwarder under load leaves
    // them. They come all at once to whoever starts next, more than its ring holds.
    private async Task ClearWiresAsync(WirePeer first, WirePeer second, string[] ports)
    {
        await using L2fwdProcess l2fwd = await ForwardAsync("io", ports);
        await first.WaitForAnswerAsync(second.Address4);
        await second.WaitForAnswerAsync(first.Address4);
        await l2fwd.StopAsync();
    }
}
