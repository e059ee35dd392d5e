using PollIO.Lab.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>The lab itself: what the other tests stand on.</summary>
[Trait("tier", "lab")]
public sealed class GuestHasAnIommu
{
    public GuestHasAnIommu() => Guest.Require();

    [Theory]
    [InlineData(Slots.Dut0)]
    [InlineData(Slots.Dut1)]
    [InlineData(Slots.Pair0)]
    [InlineData(Slots.Pair1)]
    [Trait("scenario", "e1000e")]
    [Trait("scenario", "e1000")]
    public async Task NicsHaveGroupsOfTheirOwnAndChangeDrivers(string slot)
    {
        var nic = new PciDevice(slot);

        await nic.BindToVfioAsync();

        Assert.Equal("vfio-pci", nic.Driver);
        Assert.Equal(slot, Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries($"{nic.Folder}/iommu_group/devices"))));
        Assert.True(File.Exists(nic.GroupNode), $"{nic.GroupNode} is missing");

        await nic.BindToKernelAsync();

        Assert.Equal(Guest.Scenario, nic.Driver);
        Assert.False(File.Exists(nic.GroupNode));
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public void NicsBehindABridgeShareAGroup()
    {
        var nic = new PciDevice(Slots.Bridged0);

        Assert.NotNull(nic.Group);
        Assert.Equal(nic.Group, new PciDevice(Slots.Bridged1).Group);
    }

    [Fact]
    [Trait("scenario", "hotplug")]
    public async Task NicBehindARootPortGoesAndComes()
    {
        HotPlug slot = HotPlug.Of("e1000e");
        PciDevice nic = slot.Nic;
        Assert.NotNull(nic.Group);

        await slot.RemoveAsync();
        await slot.AddAsync();

        Assert.NotNull(nic.Group);
        await nic.BindToKernelAsync();
        Assert.Equal("e1000e", nic.Driver);
    }
}
