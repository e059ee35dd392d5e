using PollIO.Pmd.AfPacket;
using PollIO.Pmd.Null;
using PollIO.Pmd.Pcap;
using PollIO.Pmd.Ring;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd;

/// <summary>Opens ports by their spec: one syntax in every app, configuration and test.</summary>
public static class PortFactory
{
    private static readonly PortDriver[] s_drivers =
    [
        new("af_packet", "a kernel interface such as eth0", ["version", "blocks"], AfPacketPort.Open),
        new("null", Address: null, ["size"], NullPort.Open),
        new("pcap", "the capture to read", ["tx", "loop"], PcapPort.Open, AddressIsOptional: true),
        new("ring", "a name of letters and digits, the same for both ends", ["size"], RingPort.Open),
        new("uio", PciPorts.AddressMeaning, PciPorts.Keys, PciPorts.OpenUio),
        new("vfio", PciPorts.AddressMeaning, PciPorts.Keys, PciPorts.OpenVfio),
        new("vhost", "the path of a vhost-user socket", ["queues", "size", "packed", "in-order", "mrg", "server"], VhostPort.Open),
        new("virtio-user", "the path of a vhost-user socket", ["queues", "size", "packed", "in-order", "mrg", "server"], VirtioUserPort.Open),
    ];

    private static readonly string[] s_planned = ["memif", "af_xdp", "tap"];

    /// <summary>The drivers there are, by name.</summary>
    public static IReadOnlyList<string> Drivers => [.. s_drivers.Select(driver => driver.Name)];

    /// <summary>The drivers with what their specs take.</summary>
    internal static IReadOnlyList<PortDriver> Entries => s_drivers;

    /// <summary>Opens the port a spec names.</summary>
    /// <exception cref="PollIOException">
    /// The spec is malformed, the driver or a key is unknown, or the device cannot be opened; the message says which part and what
    /// is accepted or mends it.
    /// </exception>
    public static Port Open(string spec) => Open(PortSpec.Parse(spec));

    /// <summary>Opens the port a parsed spec names.</summary>
    /// <exception cref="PollIOException">As for <see cref="Open(string)"/>.</exception>
    public static Port Open(PortSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return DriverOf(spec).Open(spec);
    }

    /// <summary>The driver a spec names, which takes its address and keys; their values are looked at when it opens the port.</summary>
    /// <exception cref="PollIOException">There is no such driver, or it takes no such address or key.</exception>
    internal static PortDriver DriverOf(PortSpec spec)
    {
        PortDriver? driver = Array.Find(s_drivers, candidate => candidate.Name == spec.Driver);
        if (driver is null)
        {
            throw s_planned.Contains(spec.Driver)
                ? new PollIOException("open port", spec.Text, $"driver '{spec.Driver}' is not built yet", remedy: $"there are {string.Join(", ", Drivers)}")
                : new PollIOException("open port", spec.Text, $"there is no driver '{spec.Driver}'", remedy: $"there are {string.Join(", ", Drivers)}");
        }

        if (driver.Address is null && spec.Address.Length != 0)
        {
            throw new PollIOException("open port", spec.Text, $"'{spec.Driver}:' takes no address, but '{spec.Address}' was given");
        }

        if (driver.Address is not null && !driver.AddressIsOptional && spec.Address.Length == 0)
        {
            throw new PollIOException("open port", spec.Text, $"the address is missing: {driver.Address}");
        }

        if (spec.Keys.FirstOrDefault(key => !driver.Keys.Contains(key)) is { } unknown)
        {
            throw new PollIOException("open port", spec.Text, $"driver '{spec.Driver}' has no key '{unknown}'", remedy: $"it takes {string.Join(", ", driver.Keys)}");
        }

        return driver;
    }
}
