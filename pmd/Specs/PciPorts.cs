using PollIO.Pmd.Pci;
using PollIO.Pmd.Uio;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd;

/// <summary>Opens <c>vfio:</c> and <c>uio:</c> ports: the function by its address, the driver by its vendor and device.</summary>
internal static class PciPorts
{
    /// <summary>What the address of such a spec is, for messages.</summary>
    internal const string AddressMeaning = "a PCI address such as 0000:03:00.0";

    /// <summary>The keys such a spec takes.</summary>
    internal static readonly string[] Keys = ["queues", "rxd", "txd"];

    // What no driver goes beyond; each has limits of its own.
    private const int MaxQueues = 256;
    private const int MinDescriptors = 8;
    private const int MaxDescriptors = 65536;

    internal static Port OpenVfio(PortSpec spec) => Open(spec, SysfsTree.Machine, PciDrivers.All, VfioPciDevice.Open);

    internal static Port OpenUio(PortSpec spec) => Open(spec, SysfsTree.Machine, PciDrivers.All, UioPciDevice.Open);

    /// <summary>Opens a port.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="tree">Where to look the function up.</param>
    /// <param name="drivers">The drivers there are.</param>
    /// <param name="openDevice">Takes the function in hand.</param>
    /// <exception cref="PollIOException">The spec is wrong, no driver drives the function, or it cannot be had.</exception>
    internal static Port Open(PortSpec spec, SysfsTree tree, IReadOnlyList<PciDriver> drivers, Func<SysfsTree, PciAddress, PciDevice> openDevice)
    {
        if (!PciAddress.TryParse(spec.Address, out PciAddress address))
        {
            throw new PollIOException("open port", spec.Text, $"'{spec.Address}' is no PCI address", remedy: $"{AddressMeaning} is wanted; lspci -D lists them");
        }

        _ = spec.GetInt32("queues", 1, 1, MaxQueues);
        _ = spec.GetInt32("rxd", MinDescriptors, MinDescriptors, MaxDescriptors);
        _ = spec.GetInt32("txd", MinDescriptors, MinDescriptors, MaxDescriptors);

        // Known before the function is touched: taking a NIC that nobody can drive would only disturb it.
        if (PciInventory.Read(tree, address)?.Id is { } id && !drivers.Any(driver => driver.Ids.Contains(id)))
        {
            string known = string.Join("; ", drivers.Select(driver => $"{driver.Name} drives {string.Join(", ", driver.Ids)}"));
            throw new PollIOException("open port", spec.Text, $"there is no driver for {id}", remedy: known.Length == 0 ? null : known);
        }

        PciDevice device = openDevice(tree, address);
        PciDriver? found = drivers.FirstOrDefault(driver => driver.Ids.Contains(device.Id));
        if (found is null)
        {
            PciId now = device.Id;
            device.Dispose();
            throw new PollIOException("open port", spec.Text, $"the device answers as {now}, which is not what sysfs says", remedy: "dmesg | tail may say why it does not answer");
        }

        // From here on the port owns the device, also when opening it fails.
        return found.Open(spec, device);
    }
}
