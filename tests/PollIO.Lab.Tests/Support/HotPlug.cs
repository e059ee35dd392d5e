namespace PollIO.Lab.Tests.Support;

/// <summary>Pulls and plugs the NIC behind the root port of the scenario "hotplug", through QEMU's monitor.</summary>
internal static class HotPlug
{
    private const string Device = "nic-dut0";

    /// <summary>Asks for the removal, as a press of the slot's button does: the kernel takes the driver off and powers the slot down.</summary>
    internal static Task RequestAsync() => Guest.AskMonitorAsync("device_del", new { id = Device });

    /// <summary>The same, and waits until the device is gone. A slot blinks five seconds before it goes off.</summary>
    internal static async Task RemoveAsync(PciDevice nic)
    {
        await RequestAsync();
        await WaitUntilGoneAsync(nic);
    }

    internal static Task WaitUntilGoneAsync(PciDevice nic) => Guest.WaitForAsync(() => !nic.Exists, $"the removal of {nic.Address}", seconds: 30);

    internal static async Task AddAsync(PciDevice nic)
    {
        await Guest.AskMonitorAsync("device_add", new { driver = "e1000e", id = Device, netdev = "dut0", bus = "port0", mac = "52:54:00:00:00:00" });
        await Guest.WaitForAsync(() => nic.Exists, $"the return of {nic.Address}", seconds: 30);
    }
}
