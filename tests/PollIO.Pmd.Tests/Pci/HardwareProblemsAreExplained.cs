using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class HardwareProblemsAreExplained
{
    private const string Vfio = PciBinding.VfioDriver;

    [Fact]
    public void MachineWithoutIommuIsToldHowToGetOne()
    {
        using FakeMachine machine = FakeMachine.Create(Vfio);
        PollIOException error = Refusal(machine, machine.Add("0000:03:00.0", Vfio));

        Assert.Contains("no IOMMU groups", error.Reason, StringComparison.Ordinal);
        Assert.Contains("intel_iommu=on", error.Remedy, StringComparison.Ordinal);
        Assert.Contains("uio:0000:03:00.0", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void DeviceBesideTheIommuIsToldApart()
    {
        using FakeMachine machine = FakeMachine.Create(Vfio);
        machine.Add("0000:00:01.0", Vfio, group: 1);

        Assert.Contains("no IOMMU stands before this device", Refusal(machine, machine.Add("0000:03:00.0", Vfio)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void DeviceOfTheKernelComesWithTheCommandThatBindsIt()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PollIOException error = Refusal(machine, machine.Add("0000:03:00.0", "e1000e", group: 7, netInterface: "eth0"));

        Assert.Equal("it is bound to the kernel's driver e1000e (interface eth0), not to vfio-pci", error.Reason);
        Assert.Equal(
            "modprobe vfio-pci && echo vfio-pci > /sys/bus/pci/devices/0000:03:00.0/driver_override"
            + " && echo 0000:03:00.0 > /sys/bus/pci/devices/0000:03:00.0/driver/unbind && echo 0000:03:00.0 > /sys/bus/pci/drivers_probe",
            error.Remedy);
    }

    [Fact]
    public void GroupThatIsNotViableNamesTheSiblingsAndWhoHoldsThem()
    {
        using FakeMachine machine = FakeMachine.Create("e1000", Vfio, "pcieport");
        PciAddress mine = machine.Add("0000:03:00.0", Vfio, group: 7);
        machine.Add("0000:03:01.0", "e1000", group: 7, id: "8086:100e");
        machine.Add("0000:02:00.0", "pcieport", group: 7, pciClass: "0x060400");
        machine.Add("0000:03:02.0", "e1000", group: 7, bound: false);

        PollIOException error = Refusal(machine, mine);

        Assert.Equal("IOMMU group 7 is not viable: the kernel still drives 0000:03:01.0 (8086:100e, driver e1000) in the same group", error.Reason);
        Assert.Contains("echo vfio-pci > /sys/bus/pci/devices/0000:03:01.0/driver_override", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("02:00.0", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingDeviceIsAnsweredWithThoseThereAre()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        machine.Add("0000:03:00.0", "e1000e");
        Assert.True(PciAddress.TryParse("0000:09:00.0", out PciAddress missing));

        Assert.Equal("network devices here: 0000:03:00.0 (8086:10d3, driver e1000e)", Refusal(machine, missing).Remedy);
    }

    [Fact]
    public void MissingNodesAreToldApart()
    {
        using FakeMachine machine = FakeMachine.Create(Vfio);
        PciAddress address = machine.Add("0000:03:00.0", Vfio, group: 7);

        Assert.Contains("modprobe vfio-pci", Refusal(machine, address).Remedy, StringComparison.Ordinal);

        machine.Set("/dev/vfio/vfio", "");
        PollIOException error = Refusal(machine, address);
        Assert.Equal("there is no /dev/vfio/7", error.Reason);
        Assert.Contains("docker run --device /dev/vfio/7", error.Remedy, StringComparison.Ordinal);

        machine.Set("/dev/vfio/7", "");
        (PciFunction function, IommuGroup group) = HardwareCheck.RequireVfio(machine, address, "open port");
        Assert.Equal((address, 7), (function.Address, group.Number));
    }

    [Fact]
    public void NodeThatIsNotOursComesWithItsChown() =>
        Assert.Equal($"sudo chown {Environment.UserName} /dev/vfio/7", HardwareCheck.NodeNotPermitted(new PciAddress(0, 3, 0, 0), "/dev/vfio/7", "open port").Remedy);

    [Fact]
    public void UioWantsItsDriverItsNodeAndAHugetlbfs()
    {
        using FakeMachine machine = FakeMachine.Create(Vfio, PciBinding.UioDriver);
        PciAddress address = machine.Add("0000:03:00.0", PciBinding.UioDriver, bound: false);

        Assert.Contains("bound to no driver, not to uio_pci_generic", Uio(machine, address).Message, StringComparison.Ordinal);
        machine.Binding.Bind([address], PciBinding.UioDriver);
        Assert.Contains("no /dev/uio node", Uio(machine, address).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(machine.PathOf("/sys/bus/pci/devices/0000:03:00.0/uio/uio3"));
        Assert.Contains("may not open /dev/uio3", Uio(machine, address).Message, StringComparison.Ordinal);
        machine.Set("/dev/uio3", "");
        Assert.Contains("no hugetlbfs of 2M pages is mounted", Uio(machine, address).Message, StringComparison.Ordinal);
        machine.Set("/proc/mounts", "nodev /dev/hugepages hugetlbfs rw,pagesize=2M 0 0");
        Directory.CreateDirectory(machine.PathOf("/dev/hugepages"));
        Assert.Equal("/dev/uio3", HardwareCheck.RequireUio(machine, address, "open port").Node);
    }

    private static PollIOException Refusal(FakeMachine machine, PciAddress address) =>
        Assert.Throws<PollIOException>(() => HardwareCheck.RequireVfio(machine, address, "open port"));

    private static PollIOException Uio(FakeMachine machine, PciAddress address) =>
        Assert.Throws<PollIOException>(() => HardwareCheck.RequireUio(machine, address, "open port"));
}
