namespace PollIO.SideBySide.Lab;

/// <summary>Changes the driver of a PCI device through sysfs (Documentation/ABI/testing/sysfs-bus-pci).</summary>
internal static class PciBinder
{
    /// <summary>Gives a device to a driver that is loaded; null leaves it without one.</summary>
    /// <exception cref="PollIOException">The driver did not take it.</exception>
    internal static void Bind(string address, string? driver)
    {
        string folder = $"/sys/bus/pci/devices/{address}";
        try
        {
            if (Directory.Exists($"{folder}/driver"))
            {
                File.WriteAllText($"{folder}/driver/unbind", address);
            }

            if (driver is not null)
            {
                File.WriteAllText($"{folder}/driver_override", driver + "\n");
                File.WriteAllText("/sys/bus/pci/drivers_probe", address);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException("bind", address, e.Message, innerException: e);
        }

        if (driver is not null && !Directory.Exists($"{folder}/driver"))
        {
            throw new PollIOException("bind", address, $"{driver} did not take it", remedy: "dmesg | tail may say why");
        }
    }
}
