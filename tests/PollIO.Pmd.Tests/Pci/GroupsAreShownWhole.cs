using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class GroupsAreShownWhole
{
    private const string Vfio = PciBinding.VfioDriver;

    [Fact]
    public void BindingPartOfAGroupSaysWhoIsMissing()
    {
        using FakeMachine machine = FakeMachine.Create("e1000", Vfio);
        PciAddress first = machine.Add("0000:01:01.0", "e1000", group: 5, id: "8086:100e");
        PciAddress second = machine.Add("0000:01:02.0", "e1000", group: 5, id: "8086:100e");

        IommuGroup group = Assert.Single(machine.Binding.Bind([first], Vfio));

        Assert.Equal((5, second), (group.Number, Assert.Single(group.Blockers).Address));
        Assert.Equal(
            "IOMMU group 5 is not viable: the kernel still drives 0000:01:02.0 (8086:100e, driver e1000) in the same group; take these too:"
            + " modprobe vfio-pci && echo vfio-pci > /sys/bus/pci/devices/0000:01:02.0/driver_override"
            + " && echo 0000:01:02.0 > /sys/bus/pci/devices/0000:01:02.0/driver/unbind && echo 0000:01:02.0 > /sys/bus/pci/drivers_probe",
            group.Explain());

        Assert.Empty(machine.Binding.Bind([first, second], Vfio));
        Assert.Equal("IOMMU group 5 is viable: 0000:01:01.0 (8086:100e, driver vfio-pci), 0000:01:02.0 (8086:100e, driver vfio-pci)", IommuGroup.Read(machine, 5).Explain());
    }

    [Fact]
    public void UnboundMembersAndThoseOfHarmlessDriversBlockNothing()
    {
        using FakeMachine machine = FakeMachine.Create("pcieport", "pci-stub", Vfio);
        machine.Add("0000:00:1c.0", "pcieport", group: 5, pciClass: "0x060400");
        machine.Add("0000:01:00.0", "pci-stub", group: 5);
        machine.Add("0000:01:00.1", "e1000", group: 5, bound: false);
        PciAddress mine = machine.Add("0000:01:00.2", "e1000", group: 5, bound: false);

        Assert.Empty(machine.Binding.Bind([mine], Vfio));
    }

    [Fact]
    public void BridgeInTheWayIsUnboundAndNotGivenAway()
    {
        using FakeMachine machine = FakeMachine.Create("shpchp", Vfio);
        PciAddress bridge = machine.Add("0000:00:15.0", "shpchp", group: 5, pciClass: "0x060400", id: "1b36:000e");
        PciAddress nic = machine.Add("0000:01:01.0", "e1000", group: 5, bound: false);

        IommuGroup group = Assert.Single(machine.Binding.Bind([nic], Vfio));

        Assert.EndsWith("; take these too: echo 0000:00:15.0 > /sys/bus/pci/devices/0000:00:15.0/driver/unbind", group.Explain(), StringComparison.Ordinal);
        Assert.Equal("it is a PCI bridge", Assert.Throws<PollIOException>(() => machine.Binding.Bind([bridge], Vfio)).Reason);
        Assert.Equal("shpchp", machine.DriverOf(bridge));
        machine.Binding.Unbind([bridge]);
        Assert.True(IommuGroup.Read(machine, 5).IsViable);
    }

    [Fact]
    public void MemberThatGoesMeanwhileIsLeftOut()
    {
        using FakeMachine machine = FakeMachine.Create(Vfio);
        machine.Add("0000:01:00.0", Vfio, group: 5);
        machine.Remove(machine.Add("0000:01:00.1", Vfio, group: 5));

        Assert.Single(IommuGroup.Read(machine, 5).Members);
    }

    [Fact]
    public void OtherDriversNeedNoGroup()
    {
        using FakeMachine machine = FakeMachine.Create("e1000", PciBinding.UioDriver);
        PciAddress first = machine.Add("0000:01:01.0", "e1000", group: 5);
        machine.Add("0000:01:02.0", "e1000", group: 5);

        Assert.Empty(machine.Binding.Bind([first], PciBinding.UioDriver));
    }
}
