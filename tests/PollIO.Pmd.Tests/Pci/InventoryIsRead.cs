using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class InventoryIsRead
{
    [Fact]
    public void WhatTheKernelKnowsOfAFunctionIsThere()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        PciAddress address = machine.Add("0000:03:00.0", "e1000e", group: 7, netInterface: "eth0");
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/numa_node", "1");
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/subsystem_vendor", "0x8086");
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/subsystem_device", "0xa01f");
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/enable", "1");
        machine.Set("/sys/bus/pci/devices/0000:03:00.0/driver_override", "e1000e");

        PciFunction function = Assert.Single(PciInventory.Read(machine).Functions);

        Assert.Equal(
            (address, new PciId(0x8086, 0x10d3), true, "e1000e", (int?)7, 1),
            (function.Address, function.Id, function.IsNetwork, function.Driver, function.Group, function.NumaNode));
        Assert.Equal((new PciId(0x8086, 0xa01f), true, false, "e1000e"), (function.Subsystem, function.IsEnabled, function.IsBridge, function.Override));
        Assert.Equal(["eth0"], function.Interfaces);
        Assert.Equal("0000:03:00.0 (8086:10d3, driver e1000e)", function.ToString());
    }

    [Fact]
    public void InterfaceOfAVirtioFunctionIsFoundBelowIt()
    {
        using FakeMachine machine = FakeMachine.Create("virtio-pci");
        machine.Add("0000:00:03.0", "virtio-pci", id: "1af4:1041");
        Directory.CreateDirectory(machine.PathOf("/sys/bus/pci/devices/0000:00:03.0/virtio0/net/ens3"));

        Assert.Equal(["ens3"], Assert.Single(PciInventory.Read(machine).Functions).Interfaces);
    }

    [Fact]
    public void FunctionsThatAreOddOrHalfGoneHarmNoOther()
    {
        using FakeMachine machine = FakeMachine.Create("e1000e");
        machine.Add("0000:03:00.0", "e1000e");
        machine.Add("0001:04:00.1", "e1000e", bound: false, pciClass: "0x010000");
        Directory.CreateDirectory(machine.PathOf("/sys/bus/pci/devices/0000:05:00.0"));
        Directory.CreateDirectory(machine.PathOf("/sys/bus/pci/devices/nonsense"));
        machine.Set("/sys/bus/pci/devices/0000:06:00.0/vendor", "0xzz");
        machine.Set("/sys/bus/pci/devices/0000:06:00.0/device", "0x1");

        PciInventory inventory = PciInventory.Read(machine);

        Assert.Equal(["0000:03:00.0", "0001:04:00.1"], inventory.Functions.Select(function => function.Address.ToString()));
        Assert.Equal("0000:03:00.0", Assert.Single(inventory.Network).Address.ToString());
        Assert.Null(inventory.Functions[1].Driver);
        Assert.Null(inventory.Functions[1].Group);
        Assert.Null(inventory.Functions[1].Override);
        Assert.False(inventory.Functions[1].IsEnabled);
    }

    [Fact]
    public void MachineWithoutPciHasNone()
    {
        var nothing = new SysfsTree("/nonexistent");
        Assert.Empty(PciInventory.Read(nothing).Functions);
        Assert.Empty(DefaultRoute.Interfaces(nothing));
    }

    [Fact]
    public void ThisMachineCanBeRead() => Assert.All(PciInventory.Read(SysfsTree.Machine).Functions, function => Assert.NotEqual(0, function.Id.Vendor));
}
