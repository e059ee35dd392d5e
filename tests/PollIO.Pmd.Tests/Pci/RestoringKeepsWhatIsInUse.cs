using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class RestoringKeepsWhatIsInUse
{
    private const string Vfio = PciBinding.VfioDriver;
    private const string DefaultRoute = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000";

    [Fact]
    public void OverrideSomebodyElseHadSetIsSetAgain()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio, PciBinding.UioDriver);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", bound: false);
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/driver_override", Vfio);
        machine.Write("/sys/bus/pci/drivers_probe", address.ToString());

        machine.Binding.Bind([address], PciBinding.UioDriver);
        machine.Binding.Restore([address]);

        Assert.Equal((Vfio, Vfio), (machine.DriverOf(address), machine.OverrideOf(address)));
    }

    [Fact]
    public void FunctionThatWaitedForADriverWaitsAgain()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", PciBinding.UioDriver);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", bound: false);
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/driver_override", Vfio);

        machine.Binding.Bind([address], PciBinding.UioDriver);
        machine.Binding.Restore([address]);

        Assert.Equal((null, Vfio), (machine.DriverOf(address), machine.OverrideOf(address)));
    }

    [Fact]
    public void DriverThatLeftNoMarkGetsItsFunctionBack()
    {
        // As with new_id: vfio-pci drives it, yet no override says so, and the kernel's match would find e1000e.
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio, PciBinding.UioDriver);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", bound: false);
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/driver_override", Vfio);
        machine.Write("/sys/bus/pci/drivers_probe", address.ToString());
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/driver_override", "(null)");

        machine.Binding.Bind([address], PciBinding.UioDriver);
        machine.Binding.Restore([address]);

        Assert.Equal((Vfio, null), (machine.DriverOf(address), machine.OverrideOf(address)));
    }

    [Fact]
    public void DriverTheKernelChoseIsLeftAloneWithoutARecord()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        machine.Set("/proc/net/route", DefaultRoute);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", netInterface: "eth0");
        machine.RefusingFunctions.Add($"{address} e1000e");

        machine.Binding.Restore([address]);

        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Fact]
    public void InterfaceWithTheDefaultRouteIsNotTakenByRestoringEither()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", bound: false, netInterface: "eth0");
        machine.Binding.Bind([address], "e1000e");
        machine.Set("/proc/net/route", DefaultRoute);

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Restore([address]));

        Assert.Contains("eth0 carries the default route", error.Message, StringComparison.Ordinal);
        Assert.Equal("e1000e", machine.DriverOf(address));
        machine.Binding.Restore([address], force: true);
        Assert.Null(machine.DriverOf(address));
    }

    [Fact]
    public void FunctionThatIsGoneKeepsNoOtherFromItsDriver()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress gone = machine.Add("0000:03:00.0", "e1000e");
        PciAddress here = machine.Add("0000:04:00.0", "e1000e");
        machine.Binding.Bind([gone, here], Vfio);
        machine.Remove(gone);

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Restore(machine.Binding.Changed));

        Assert.Equal((gone.ToString(), "there is no such PCI device"), (error.Device, error.Reason));
        Assert.Equal("e1000e", machine.DriverOf(here));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void FormerDriverThatIsNotLoadedIsNamedAndNotForgotten()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.Binding.Bind([address], Vfio);
        Directory.Delete(machine.PathOf("/sys/bus/pci/drivers/e1000e"), recursive: true);

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Restore([address]));

        Assert.Equal("modprobe e1000e, then restore again", error.Remedy);
        Assert.Equal([address], machine.Binding.Changed);
    }

    [Fact]
    public void LinesThatAreNoRecordAreSkipped()
    {
        using FakeMachine machine = FakeMachine.Create();
        machine.Set("/run/bindings", "nonsense\n0000:03:00.0\n0000:04:00.0 e1000e -\n\n0001:05:00.1 - vfio-pci");

        Assert.Equal(["0000:04:00.0", "0001:05:00.1"], machine.Binding.Changed.Select(address => address.ToString()));
        Assert.Equal(new FormerBinding(null, Vfio), machine.Record.Find(machine.Binding.Changed[1]));
    }
}
