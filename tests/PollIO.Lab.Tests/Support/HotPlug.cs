namespace PollIO.Lab.Tests.Support;

/// <summary>A NIC behind a root port of the scenario "hotplug", which is pulled and plugged through QEMU's monitor.</summary>
internal sealed class HotPlug
{
    private readonly Dictionary<string, string> _device;

    private HotPlug(string slot, string peer, string wire, string bus, Dictionary<string, string> model)
    {
        Nic = new PciDevice(slot);
        Peer = peer;
        _device = new Dictionary<string, string>(model) { ["id"] = "nic-" + wire, ["netdev"] = wire, ["bus"] = bus };
    }

    internal PciDevice Nic { get; }

    internal string Mac => _device["mac"];

    /// <summary>The slot of the NIC at the wire's other end.</summary>
    internal string Peer { get; }

    /// <summary>The one of a kind, "e1000e" or "virtio".</summary>
    internal static HotPlug Of(string kind) => kind switch
    {
        "e1000e" => new HotPlug(Slots.Pluggable0, Slots.Peer0, "dut0", "port0", new() { ["driver"] = "e1000e", ["mac"] = "52:54:00:00:00:00" }),
        "virtio" => new HotPlug(Slots.Pluggable1, Slots.Peer1, "dut1", "port1", new()
        {
            ["driver"] = "virtio-net-pci",
            ["disable-legacy"] = "on",
            ["iommu_platform"] = "on",
            ["mac"] = "52:54:00:00:00:01",
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no NIC of this kind can be pulled"),
    };

    /// <summary>Asks for the removal, as a press of the slot's button does: the kernel takes the driver off and powers the slot down.</summary>
    internal Task RequestAsync() => Guest.AskMonitorAsync("device_del", new { id = _device["id"] });

    /// <summary>The same, and waits until the device is gone. A slot blinks five seconds before it goes off.</summary>
    internal async Task RemoveAsync()
    {
        await RequestAsync();
        await WaitUntilGoneAsync();
    }

    internal Task WaitUntilGoneAsync() => Guest.WaitForAsync(() => !Nic.Exists, $"the removal of {Nic.Address}", seconds: 30);

    internal async Task AddAsync()
    {
        await Guest.AskMonitorAsync("device_add", _device);
        await Guest.WaitForAsync(() => Nic.Exists, $"the return of {Nic.Address}", seconds: 30);
    }
}
