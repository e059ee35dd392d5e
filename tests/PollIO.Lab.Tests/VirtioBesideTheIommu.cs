using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>A virtio NIC that takes every address for a physical one, whatever the IOMMU says: the peers are of this kind.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "virtio")]
public sealed class VirtioBesideTheIommu : DriverTest
{
    [Fact]
    public async Task IsRefusedOnVfioWithTheRemedy()
    {
        await new PciDevice(Slots.Peer0).BindToVfioAsync();

        ToolResult run = await L2fwdProcess.RunAsync("--port", $"vfio:{Slots.Peer0}", "--mode", "icmpecho");

        Assert.Equal(1, run.ExitCode);
        string line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(Slots.Peer0, line, StringComparison.Ordinal);
        Assert.Contains("VIRTIO_F_ACCESS_PLATFORM", line, StringComparison.Ordinal);
        Assert.Contains("iommu_platform=on", line, StringComparison.Ordinal);
    }

    /// <summary>Physical addresses, and a line for interrupts that the control thread passes on.</summary>
    [Fact]
    public async Task IsDrivenThroughUio()
    {
        int count = Guest.Count(full: 1000, brief: 100);
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Dut1, 1);
        var nic = new PciDevice(Slots.Peer1);
        using var folder = new TemporaryFolder();
        await nic.BindToUioAsync();
        try
        {
            await using L2fwdProcess l2fwd = await L2fwdProcess.StartAsync(
                folder, "--port", $"uio:{Slots.Peer1}", "--mode", "icmpecho", "--idle", "interrupt", "--interval", "0");
            await peer.WaitForAnswerAsync(AnyAddress4);

            PingResult pings = await peer.PingAsync(AnyAddress4, count, 1400);

            Assert.True((pings.Sent, pings.Received) == (count, count), pings.Text);
            await l2fwd.StopAsync();
        }
        finally
        {
            nic.UnbindFromUio();
        }
    }
}
