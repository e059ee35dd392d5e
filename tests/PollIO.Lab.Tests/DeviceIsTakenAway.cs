using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>Somebody wants the NIC back, or it is pulled, while it forwards: l2fwd says so and ends, and nobody hangs.</summary>
[Trait("tier", "lab")]
public sealed class DeviceIsTakenAway : DriverTest
{
    // VFIO asks once and waits; an unanswered request would hold the other side for as long as we run.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    [Trait("scenario", "e1000e")]
    [Trait("full", "e1000")]
    [Trait("full", "virtio")]
    public async Task ByUnbinding()
    {
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Dut0, Slots.Dut1]);
        await first.WaitForAnswerAsync(second.Address4);
        await using Pktgen traffic = await Pktgen.StartAsync(first, second.Mac, count: 0);
        await second.WaitForCounterAsync("rx_packets", await second.CounterAsync("rx_packets") + 1000);
        var nic = new PciDevice(Slots.Dut0);

        Task unbinding = Task.Factory.StartNew(nic.Unbind, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await unbinding.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await AssertSaysWhichAndEndsAsync(l2fwd, Slots.Dut0);
        Assert.Null(nic.Driver);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("virtio")]
    [Trait("scenario", "hotplug")]
    public async Task ByPullingItOut(string kind)
    {
        HotPlug slot = HotPlug.Of(kind);
        await using WirePeer peer = await WirePeer.CreateAsync(slot.Peer, 1);
        await using (L2fwdProcess l2fwd = await ForwardAsync("macswap", [slot.Nic.Address]))
        await using (await Pktgen.StartAsync(peer, slot.Mac, count: 0))
        {
            await peer.WaitForCounterAsync("rx_packets", await peer.CounterAsync("rx_packets") + 1000);

            await slot.RequestAsync();

            await slot.WaitUntilGoneAsync();
            await AssertSaysWhichAndEndsAsync(l2fwd, slot.Nic.Address);
        }

        await slot.AddAsync();
    }

    private static async Task AssertSaysWhichAndEndsAsync(L2fwdProcess l2fwd, string slot)
    {
        (int exitCode, string output) = await l2fwd.WaitForExitAsync(Patience);
        Assert.True(exitCode == 1, $"exit code {exitCode}: {output}");
        Assert.True(output.Split('\n').Any(line => line.StartsWith("l2fwd: ", StringComparison.Ordinal) && line.Contains(slot, StringComparison.Ordinal)), output);
        Assert.DoesNotContain("Unhandled exception", output, StringComparison.Ordinal);
    }
}
