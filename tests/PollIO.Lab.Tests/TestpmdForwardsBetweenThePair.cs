using PollIO.Lab.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>DPDK moves packets between the joined NICs on VFIO: the lab can carry what our driver is compared with.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("scenario", "virtio")]
public sealed class TestpmdForwardsBetweenThePair
{
    public TestpmdForwardsBetweenThePair() => Guest.Require();

    [Fact]
    public async Task PacketsCirculate()
    {
        ToolRunner.Require("dpdk", "dpdk-testpmd");
        var log = new KernelLog();
        using Hugepages pages = await Hugepages.ReserveAsync(128);
        await new PciDevice(Slots.Pair0).BindToVfioAsync();
        await new PciDevice(Slots.Pair1).BindToVfioAsync();
        await using Testpmd testpmd = await Testpmd.StartAsync("io", [Slots.Pair0, Slots.Pair1], "start tx_first");

        (double received, double sent) = await testpmd.MeasureAsync(TimeSpan.FromSeconds(2));

        Assert.True(received > 1000 && sent > 1000, $"{received:F0} packets a second received, {sent:F0} sent");
        Assert.Empty(log.DmaFaults);
        TestContext.Current.TestOutputHelper!.WriteLine($"testpmd io, {Guest.Scenario}: {received:F0} packets a second by both NICs together");
    }
}
