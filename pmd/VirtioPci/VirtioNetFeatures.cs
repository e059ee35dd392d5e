using static PollIO.Pmd.Virtio.VirtioSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>Which of a network device's features the driver takes: those it works with, and of offloads those asked for.</summary>
internal static class VirtioNetFeatures
{
    // Taken wherever offered.
    private const ulong Welcome = VIRTIO_F_VERSION_1 | VIRTIO_F_ACCESS_PLATFORM | VIRTIO_F_ORDER_PLATFORM
        | VIRTIO_F_RING_PACKED | VIRTIO_F_IN_ORDER | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX
        | VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_SPEED_DUPLEX
        | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX;

    private const ulong Segmentation = VIRTIO_NET_F_CSUM | VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6;

    /// <summary>Holds what a device offers against what cannot be done without.</summary>
    /// <param name="name">The port, for errors.</param>
    /// <param name="offered">What the device offers.</param>
    /// <param name="isTranslated">Whether an IOMMU stands before the memory that the device is given.</param>
    /// <exception cref="PollIOException">Something is missing.</exception>
    internal static void Require(string name, ulong offered, bool isTranslated)
    {
        if ((offered & VIRTIO_F_VERSION_1) == 0)
        {
            throw new PollIOException(
                "open virtio device", name, "it does not offer VIRTIO_F_VERSION_1", remedy: "the driver needs virtio 1.0 or later: for QEMU -device virtio-net-pci,disable-legacy=on");
        }

        // virtio 1.2 §6.1: without it the device takes every address for a physical one.
        if (isTranslated && (offered & VIRTIO_F_ACCESS_PLATFORM) == 0)
        {
            throw new PollIOException(
                "open virtio device",
                name,
                "it does not offer VIRTIO_F_ACCESS_PLATFORM: it would bypass the IOMMU and write to physical memory at will",
                remedy: "for QEMU -device virtio-net-pci,disable-legacy=on,iommu_platform=on; or use it through uio:");
        }
    }

    /// <summary>The features for a configuration.</summary>
    /// <param name="offered">What the device offers.</param>
    /// <param name="config">What the application asks for.</param>
    internal static ulong Choose(ulong offered, PortConfig config)
    {
        bool segments = config.TxOffloads.HasFlag(TxOffloads.TcpSegmentation);
        ulong wanted = Welcome
            | (Math.Max(config.RxQueues, config.TxQueues) > 1 ? VIRTIO_NET_F_MQ : 0)
            | (config.RxOffloads.HasFlag(RxOffloads.Checksum) ? VIRTIO_NET_F_GUEST_CSUM : 0)
            | (segments || config.TxOffloads.HasFlag(TxOffloads.Checksum) ? VIRTIO_NET_F_CSUM : 0)
            | (segments ? Segmentation : 0);
        ulong accepted = offered & wanted;

        // QEMU 7.2 leaves an old event in a packed ring when the wire had no room for a while, and is never notified again; flags are safe.
        if ((accepted & VIRTIO_F_RING_PACKED) != 0)
        {
            accepted &= ~VIRTIO_F_EVENT_IDX;
        }

        // §5.1.4.2: who takes VIRTIO_NET_F_MTU has buffers for a frame of that size; merged ones hold any.
        return accepted | ((accepted & VIRTIO_NET_F_MRG_RXBUF) != 0 ? offered & VIRTIO_NET_F_MTU : 0);
    }

    /// <summary>The offloads a device can do for received packets.</summary>
    internal static RxOffloads RxOffloadsOf(ulong offered) =>
        (Has(offered, VIRTIO_NET_F_MRG_RXBUF) ? RxOffloads.Scatter : 0) | (Has(offered, VIRTIO_NET_F_GUEST_CSUM) ? RxOffloads.Checksum : 0);

    /// <summary>The offloads a device can do for sent packets.</summary>
    internal static TxOffloads TxOffloadsOf(ulong offered) =>
        (Has(offered, VIRTIO_NET_F_CSUM) ? TxOffloads.Checksum : 0) | (Has(offered, Segmentation) ? TxOffloads.TcpSegmentation : 0);

    private static bool Has(ulong features, ulong wanted) => (features & wanted) == wanted;
}
