using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class FailedChangesAreUndone
{
    private const string Vfio = PciBinding.VfioDriver;
    private const string Uio = PciBinding.UioDriver;

    [Fact]
    public void FunctionsBoundBeforeTheRefusedOneGoBack()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress driven = machine.Add("0000:03:00.0", "e1000e");
        PciAddress free = machine.Add("0001:03:00.1", "e1000e", bound: false);
        PciAddress refused = machine.Add("0001:04:00.0", "e1000e");
        PciAddress untouched = machine.Add("0001:05:00.0", "e1000e");
        machine.RefusingFunctions.Add($"{refused} {Vfio}");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([driven, free, refused, untouched], Vfio));

        Assert.Equal("0001:04:00.0: bind driver: the kernel gave it to no driver instead of vfio-pci; the kernel log (dmesg) says why", error.Message);
        Assert.Equal(["e1000e", null, "e1000e", "e1000e"], new[] { driven, free, refused, untouched }.Select(machine.DriverOf));
        Assert.All([driven, free, refused, untouched], address => Assert.Null(machine.OverrideOf(address)));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void FunctionTakenFromVfioGoesBackThereAndItsFirstDriverStaysKnown()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio, Uio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.Binding.Bind([address], Vfio);
        machine.RefusingFunctions.Add($"{address} {Uio}");

        Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], Uio));

        Assert.Equal((Vfio, Vfio), (machine.DriverOf(address), machine.OverrideOf(address)));
        Assert.Equal([address], machine.Binding.Changed);
        machine.Binding.Restore([address]);
        Assert.Equal(("e1000e", null), (machine.DriverOf(address), machine.OverrideOf(address)));
    }

    [Fact]
    public void UnbindingIsUndoneToo()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", "igb");
        PciAddress first = machine.Add("0000:03:00.0", "e1000e");
        PciAddress held = machine.Add("0000:04:00.0", "igb");
        File.Delete(machine.PathOf("/sys/bus/pci/drivers/igb/unbind"));

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Unbind([first, held]));

        Assert.Equal((held.ToString(), Errno.ENOENT), (error.Device, error.Errno));
        Assert.Equal(("e1000e", "igb"), (machine.DriverOf(first), machine.DriverOf(held)));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void WhatCannotBePutBackIsNamedAndStaysRecorded()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress first = machine.Add("0000:03:00.0", "e1000e");
        PciAddress second = machine.Add("0000:04:00.0", "e1000e");
        machine.RefusingFunctions.Add($"{first} e1000e");
        machine.RefusingFunctions.Add($"{second} {Vfio}");

        PollIOException error = Assert.Throws<PollIOException>(() => machine.Binding.Bind([first, second], Vfio));

        Assert.Equal("the kernel gave it to no driver instead of vfio-pci; what could not be put back: 0000:03:00.0", error.Reason);
        Assert.Equal("e1000e", machine.DriverOf(second));
        Assert.Equal([first], machine.Binding.Changed);

        machine.RefusingFunctions.Clear();
        machine.Binding.Restore(machine.Binding.Changed);
        Assert.Equal("e1000e", machine.DriverOf(first));
    }

    [Fact]
    public void RefusedPermissionLeavesNoTrace()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.FailingWrites["driver_override"] = Errno.EACCES;

        Assert.Throws<PollIOException>(() => machine.Binding.Bind([address], Vfio));

        Assert.Equal("e1000e", machine.DriverOf(address));
        Assert.Empty(machine.Binding.Changed);
    }

    [Fact]
    public void RecordThatCannotBeWrittenKeepsEverythingAsItIs()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e", Vfio);
        PciAddress address = machine.Add("0000:03:00.0", "e1000e");
        machine.Set("/file", "");
        var binding = new PciBinding(machine, new BindingRecord(machine.PathOf("/file/bindings")));

        PollIOException error = Assert.Throws<PollIOException>(() => binding.Bind([address], Vfio));

        Assert.Equal("run it as root (sudo)", error.Remedy);
        Assert.Equal(("e1000e", null), (machine.DriverOf(address), machine.OverrideOf(address)));
    }
}
