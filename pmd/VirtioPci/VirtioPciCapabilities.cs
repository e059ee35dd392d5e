using PollIO.Pmd.Pci;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>The structures a modern virtio device points to from its configuration space (virtio 1.2 §4.1.4).</summary>
/// <param name="Common">Status, features, queues.</param>
/// <param name="Notify">Where queues are notified.</param>
/// <param name="NotifyMultiplier">Bytes between the places of two queues' notifications; 0 when they share one.</param>
/// <param name="Isr">The cause of an INTx interrupt.</param>
/// <param name="Device">The network device's own configuration.</param>
internal sealed record VirtioPciCapabilities(
    VirtioPciWindow Common, VirtioPciWindow Notify, uint NotifyMultiplier, VirtioPciWindow Isr, VirtioPciWindow Device)
{
    // PCI 3.0 6.7: capabilities are 4 bytes apart at least, so a longer chain than this is a loop.
    private const int MaxCapabilities = (PciSpec.ConfigBytes - PciSpec.HeaderBytes) / 4;
    private const int CapabilityBytes = 16;
    private const int MinDeviceBytes = NetStatus + sizeof(ushort);

    /// <summary>Walks the capabilities. Of each type the first that is usable counts (§4.1.4.1).</summary>
    /// <exception cref="PollIOException">The device has no modern interface, or one that cannot be used.</exception>
    internal static VirtioPciCapabilities Find(string name, PciDevice device)
    {
        var windows = new Dictionary<byte, VirtioPciWindow>();
        uint multiplier = 0;
        foreach (int at in VendorCapabilities(device))
        {
            byte type = (byte)device.ReadConfig(at + CapabilityType, 1);
            if (type is < VIRTIO_PCI_CAP_COMMON_CFG or > VIRTIO_PCI_CAP_DEVICE_CFG || windows.ContainsKey(type))
            {
                continue;
            }

            bool isNotify = type == VIRTIO_PCI_CAP_NOTIFY_CFG;
            if (isNotify && at + VirtioPciSpec.NotifyMultiplier + sizeof(uint) > PciSpec.ConfigBytes)
            {
                continue;
            }

            if (Open(device, at) is { } window && window.Length >= MinLength(type))
            {
                windows.Add(type, window);
                multiplier = isNotify ? device.ReadConfig(at + VirtioPciSpec.NotifyMultiplier, sizeof(uint)) : multiplier;
            }
        }

        VirtioPciWindow Require(byte type, string what) => windows.TryGetValue(type, out VirtioPciWindow? window)
            ? window
            : throw new PollIOException(
                "open virtio device",
                name,
                windows.Count == 0 ? "it has the legacy interface only" : $"its modern interface lacks the {what}",
                remedy: "the driver needs virtio 1.0 or later: for QEMU -device virtio-net-pci,disable-legacy=on");

        return new VirtioPciCapabilities(
            Require(VIRTIO_PCI_CAP_COMMON_CFG, "common configuration"),
            Require(VIRTIO_PCI_CAP_NOTIFY_CFG, "notification area"),
            multiplier,
            Require(VIRTIO_PCI_CAP_ISR_CFG, "interrupt status"),
            Require(VIRTIO_PCI_CAP_DEVICE_CFG, "device configuration"));
    }

    private static IEnumerable<int> VendorCapabilities(PciDevice device)
    {
        if ((device.ReadConfig(PciSpec.Status, 2) & PciSpec.StatusCapabilities) == 0)
        {
            yield break;
        }

        int at = (int)device.ReadConfig(PciSpec.CapabilitiesPointer, 1) & ~3;
        for (int i = 0; i < MaxCapabilities && at >= PciSpec.HeaderBytes; i++)
        {
            if (device.ReadConfig(at, 1) == CapabilityId && at + CapabilityBytes <= PciSpec.ConfigBytes)
            {
                yield return at;
            }

            at = (int)device.ReadConfig(at + CapabilityNext, 1) & ~3;
        }
    }

    /// <summary>The structure a capability points to, or null when it lies nowhere; the device is not trusted to be consistent.</summary>
    private static VirtioPciWindow? Open(PciDevice device, int at)
    {
        // §4.1.4: larger BAR numbers are reserved.
        int index = (int)device.ReadConfig(at + CapabilityBar, 1);
        if (index >= PciSpec.BarCount)
        {
            return null;
        }

        uint offset = device.ReadConfig(at + CapabilityOffset, sizeof(uint));
        uint length = device.ReadConfig(at + CapabilityLength, sizeof(uint));
        MmioRegion bar = device.GetBar(index);
        return (ulong)offset + length <= (ulong)bar.Length ? new VirtioPciWindow(bar, (int)offset, (int)length) : null;
    }

    private static int MinLength(byte type) => type switch
    {
        VIRTIO_PCI_CAP_COMMON_CFG => CommonBytes,
        VIRTIO_PCI_CAP_NOTIFY_CFG => sizeof(ushort),
        VIRTIO_PCI_CAP_ISR_CFG => sizeof(byte),
        _ => MinDeviceBytes,
    };
}
