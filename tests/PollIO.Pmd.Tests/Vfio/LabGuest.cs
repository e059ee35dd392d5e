using System.Diagnostics;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;
using PollIO.Tests.Support;

namespace PollIO.Pmd.Tests.Vfio;

/// <summary>
/// The lab guest's devices, for tests that take them from the kernel: anywhere else they are skipped, whatever hardware there is.
/// </summary>
internal static class LabGuest
{
    /// <summary>The NICs under test of the scenarios e1000e and e1000.</summary>
    internal static readonly PciAddress First = new(0, 0, 0x10, 0);
    internal static readonly PciAddress Second = new(0, 0, 0x11, 0);

    /// <summary>The NICs behind a conventional bridge of the scenario "bridge": one IOMMU group.</summary>
    internal static readonly PciAddress Bridged0 = new(0, 1, 1, 0);
    internal static readonly PciAddress Bridged1 = new(0, 1, 2, 0);

    internal static SysfsTree Sysfs => SysfsTree.Machine;

    private static bool IsGuest { get; } = File.Exists("/proc/cmdline") && File.ReadAllText("/proc/cmdline").Contains("pollio.lab=", StringComparison.Ordinal);

    /// <summary>Skips outside the guest, loads VFIO inside.</summary>
    internal static void Require()
    {
        Assert.SkipUnless(IsGuest, "takes devices from the kernel: runs in the lab guest only");
        _ = ToolRunner.RunSuccessfullyAsync("modprobe", "-a", "vfio-pci", "uio_pci_generic", "e1000", "e1000e").GetAwaiter().GetResult();
        Assert.SkipUnless(File.Exists("/dev/vfio/vfio"), "there is no /dev/vfio/vfio");
    }

    /// <summary>The driver that has a function, or null.</summary>
    internal static string? DriverOf(PciAddress address) => PciInventory.Read(Sysfs, address)?.Driver;

    /// <summary>Gives a function to a driver of this name, or to none.</summary>
    internal static void Bind(PciAddress address, string? driver)
    {
        string folder = $"/sys/bus/pci/devices/{address}";
        if (DriverOf(address) is { } held && held != driver)
        {
            File.WriteAllText($"{folder}/driver/unbind", address.ToString());
        }

        if (driver is not null && DriverOf(address) is null)
        {
            File.WriteAllText($"{folder}/driver_override", driver + "\n");
            File.WriteAllText("/sys/bus/pci/drivers_probe", address.ToString());
        }

        Assert.Equal(driver, DriverOf(address));
    }

    /// <summary>Opens a function through VFIO, binding it first.</summary>
    internal static VfioPciDevice Open(PciAddress address)
    {
        Bind(address, "vfio-pci");
        return VfioPciDevice.Open(Sysfs, address);
    }

    /// <summary>Waits for a condition, and fails the test with what it waited for.</summary>
    internal static void WaitFor(Func<bool> condition, string what, int seconds = 20)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds < seconds, $"{what} within {seconds} s");
            Thread.Sleep(1);
        }
    }

    /// <summary>KiB of this process's memory that is locked, what VFIO has pinned among it.</summary>
    internal static long LockedKib => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmLck:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Open descriptors of this process whose name has this part.</summary>
    internal static int CountDescriptors(string part) => new DirectoryInfo("/proc/self/fd").EnumerateFiles().Count(file => file.LinkTarget?.Contains(part, StringComparison.Ordinal) == true);

    /// <summary>Mappings of this process whose line has this part.</summary>
    internal static int CountMappings(string part) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(part, StringComparison.Ordinal));
}
