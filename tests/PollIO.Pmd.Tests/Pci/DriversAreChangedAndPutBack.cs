using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class DriversAreChangedAndPutBack
{
    private const string Vfio = PciBinding.VfioDriver;

    [Fact]
    public void BoundFunctionsGoBackWhereTheyWere()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress driven = machine.Add("0000:03:00.0", "e1000e");
        PciAddress free = machine.Add("0000:03:00.1", "e1000e", bound: false);

        machine.Binding.Bind([driven, free], Vfio);

        Assert.Equal((Vfio, Vfio), (machine.DriverOf(driven), machine.DriverOf(free)));
        Assert.Equal([driven, free], machine.Binding.Changed);

        // As another process would: the record is in a file.
        machine.Binding.Restore([driven, free]);

        Assert.Equal(("e1000e", null), (machine.DriverOf(driven), machine.DriverOf(free)));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void SecondBindingDoesNotForgetTheFirstDriver()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio, PciBinding.UioDriver);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");

        machine.Binding.Bind([address], Vfio);
        machine.Binding.Bind([address], PciBinding.UioDriver);
        Assert.Equal(PciBinding.UioDriver, machine.DriverOf(address));
        machine.Binding.Restore([address]);

        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Fact]
    public void RestoreWithoutARecordLeavesTheChoiceToTheKernel()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.Binding.Bind([address], Vfio);
        File.Delete(machine.PathOf("/run/bindings"));

        machine.Binding.Restore([address]);

        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Fact]
    public void UnboundFunctionHasNoDriverUntilItIsRestored()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");

        machine.Binding.Unbind([address]);
        Assert.Null(machine.DriverOf(address));
        machine.Binding.Restore([address]);

        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Fact]
    public void WhenOneIsRefusedAllAreAsBefore()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress first = machine.Add("0000:03:00.0", "e1000e");
        PciAddress second = machine.Add("0000:03:00.1", "e1000e", bound: false);
        PciAddress missing = machine.Add("0000:03:00.2", "e1000e");
        machine.Remove(missing);

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([first, second, missing], Vfio));

        Assert.Contains("0000:03:00.2: bind driver: there is no such PCI device; network devices here: 0000:03:00.0", error.Message, StringComparison.Ordinal);
        Assert.Equal(("e1000e", null), (machine.DriverOf(first), machine.DriverOf(second)));

        machine.FailingDrivers.Add(Vfio);
        error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([first, second], Vfio));

        Assert.Contains("the kernel gave it to no driver instead of vfio-pci", error.Message, StringComparison.Ordinal);
        Assert.Equal(("e1000e", null), (machine.DriverOf(first), machine.DriverOf(second)));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void MissingModuleIsNamedWithItsCommand()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], Vfio));

        Assert.Equal("modprobe vfio-pci", error.Remedy);
        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Theory]
    [InlineData("/proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\neth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000")]
    [InlineData("/proc/net/ipv6_route", "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo")]
    public void InterfaceWithTheDefaultRouteIsTakenOnlyByForce(string file, string routes)
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        machine.Set(file, routes);
        PciAddress carrier = machine.Add("0000:03:00.0", "e1000e", netInterface: "eth0");
        PciAddress other = machine.Add("0000:03:00.1", "e1000e", netInterface: "eth1");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([other, carrier], Vfio));

        Assert.Contains("eth0 carries the default route", error.Message, StringComparison.Ordinal);
        Assert.Throws<PollIOException>(() => machine.Binding.Unbind([carrier]));
        Assert.Equal(("e1000e", "e1000e"), (machine.DriverOf(carrier), machine.DriverOf(other)));

        machine.Binding.Bind([other], Vfio);
        machine.Binding.Bind([carrier], Vfio, force: true);
        Assert.Equal(Vfio, machine.DriverOf(carrier));
    }

    [Fact]
    public void InterfaceBelowTheOneWithTheDefaultRouteIsKeptToo()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        machine.Set("/proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nbr0.7\t00000000\t0100000A\t0003\t0\t0\t0\t00000000");
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", netInterface: "eth0");
        machine.Set("/sys/class/net/eth0/upper_br0/ifindex", "4");
        machine.Set("/sys/class/net/br0/upper_br0.7/ifindex", "5");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], Vfio));

        Assert.Contains("its interface eth0 carries the default route through br0.7", error.Message, StringComparison.Ordinal);
        Assert.Equal("e1000e", machine.DriverOf(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("e1000e/../vfio-pci")]
    public void NamesThatAreNoDriversAreRefused(string name)
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], name));

        Assert.Equal("the kernel has no such PCI driver loaded", error.Reason);
        Assert.Equal(("e1000e", null), (machine.DriverOf(address), machine.OverrideOf(address)));
    }

    [Theory]
    [InlineData(Errno.EACCES, "this user may not write its driver_override", "run it as root (sudo)")]
    [InlineData(Errno.EROFS, "its driver_override cannot be written: /sys is read-only here", "run it outside the container, or in one that is --privileged")]
    [InlineData(Errno.EINVAL, "the kernel refused to write its driver_override", "the kernel log (dmesg) says why")]
    public void RefusedWritesAreExplained(int errno, string reason, string remedy)
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.FailingWrites["driver_override"] = errno;

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], Vfio));

        Assert.Equal((errno, reason, remedy), (error.Errno, error.Reason, error.Remedy));
        Assert.Equal("e1000e", machine.DriverOf(address));
    }
}
