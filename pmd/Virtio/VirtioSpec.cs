namespace PollIO.Pmd.Virtio;

/// <summary>Constants of Virtual I/O Device 1.2; the section that defines each stands beside it.</summary>
internal static class VirtioSpec
{
    // Feature bits of the network device (§5.1.3).
    internal const ulong VIRTIO_NET_F_CSUM = 1UL << 0;        // §5.1.3: the device takes partial checksums
    internal const ulong VIRTIO_NET_F_GUEST_CSUM = 1UL << 1;  // §5.1.3: the driver takes partial checksums
    internal const ulong VIRTIO_NET_F_MTU = 1UL << 3;         // §5.1.3
    internal const ulong VIRTIO_NET_F_MAC = 1UL << 5;         // §5.1.3
    internal const ulong VIRTIO_NET_F_HOST_TSO4 = 1UL << 11;  // §5.1.3: the device cuts TCP over IPv4 into segments
    internal const ulong VIRTIO_NET_F_HOST_TSO6 = 1UL << 12;  // §5.1.3: the same over IPv6
    internal const ulong VIRTIO_NET_F_MRG_RXBUF = 1UL << 15;  // §5.1.3
    internal const ulong VIRTIO_NET_F_STATUS = 1UL << 16;     // §5.1.3
    internal const ulong VIRTIO_NET_F_CTRL_VQ = 1UL << 17;    // §5.1.3
    internal const ulong VIRTIO_NET_F_CTRL_RX = 1UL << 18;    // §5.1.3
    internal const ulong VIRTIO_NET_F_GUEST_ANNOUNCE = 1UL << 21; // §5.1.3: the driver sends announcements when asked to
    internal const ulong VIRTIO_NET_F_MQ = 1UL << 22;         // §5.1.3
    internal const ulong VIRTIO_NET_F_SPEED_DUPLEX = 1UL << 63; // §5.1.3

    // Feature bits of the transport and the rings (§6).
    internal const ulong VIRTIO_F_INDIRECT_DESC = 1UL << 28;  // §6, §2.7.5.3
    internal const ulong VIRTIO_F_EVENT_IDX = 1UL << 29;      // §6, §2.7.7
    internal const ulong VIRTIO_F_VERSION_1 = 1UL << 32;      // §6.1
    internal const ulong VIRTIO_F_ACCESS_PLATFORM = 1UL << 33; // §6, §6.1
    internal const ulong VIRTIO_F_RING_PACKED = 1UL << 34;    // §6, §2.8
    internal const ulong VIRTIO_F_IN_ORDER = 1UL << 35;       // §6, §2.7.9, §2.8.8
    internal const ulong VIRTIO_F_ORDER_PLATFORM = 1UL << 36; // §6, §6.1

    // Descriptor flags.
    internal const ushort VIRTQ_DESC_F_NEXT = 1;              // §2.7.5
    internal const ushort VIRTQ_DESC_F_WRITE = 2;             // §2.7.5
    internal const ushort VIRTQ_DESC_F_INDIRECT = 4;          // §2.7.5
    internal const ushort VIRTQ_DESC_F_AVAIL = 1 << 7;        // §2.8.1
    internal const ushort VIRTQ_DESC_F_USED = 1 << 15;        // §2.8.1

    // Notification suppression, split rings.
    internal const ushort VIRTQ_AVAIL_F_NO_INTERRUPT = 1;     // §2.7.6
    internal const ushort VIRTQ_USED_F_NO_NOTIFY = 1;         // §2.7.8

    // Notification suppression, packed rings.
    internal const ushort RING_EVENT_FLAGS_ENABLE = 0;        // §2.8.10
    internal const ushort RING_EVENT_FLAGS_DISABLE = 1;       // §2.8.10
    internal const ushort RING_EVENT_FLAGS_DESC = 2;          // §2.8.10

    // struct virtio_net_hdr (§5.1.6).
    internal const byte VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;      // §5.1.6
    internal const byte VIRTIO_NET_HDR_F_DATA_VALID = 2;      // §5.1.6
    internal const byte VIRTIO_NET_HDR_GSO_NONE = 0;          // §5.1.6
    internal const byte VIRTIO_NET_HDR_GSO_TCPV4 = 1;         // §5.1.6
    internal const byte VIRTIO_NET_HDR_GSO_TCPV6 = 4;         // §5.1.6

    /// <summary>Largest ring: indices are 16 bits, one of which packed rings use for the wrap counter (§2.7, §2.8).</summary>
    internal const int MaxRingSize = 32768;

    /// <summary>Smallest buffer a driver without mergeable buffers may offer holds this and the header (§5.1.6.3.1).</summary>
    internal const int MinReceiveRoom = 1514;
}
