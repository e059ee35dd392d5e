namespace PollIO.Pmd.VirtioPci;

/// <summary>Virtio over PCI: Virtual I/O Device 1.2, with the section that defines each. Offsets are bytes.</summary>
internal static class VirtioPciSpec
{
    internal const ushort Vendor = 0x1af4;                  // §4.1.2
    internal const ushort NetworkCard = 0x1041;             // §4.1.2 and §5.1.1: 0x1040 and the device type, 1
    internal const ushort TransitionalNetworkCard = 0x1000; // §4.1.2.1

    // struct virtio_pci_cap (§4.1.4), in configuration space.
    internal const byte CapabilityId = 0x09; // §4.1.4: vendor specific
    internal const int CapabilityNext = 1;   // 1 byte, RO
    internal const int CapabilityType = 3;   // 1 byte, RO
    internal const int CapabilityBar = 4;    // 1 byte, RO
    internal const int CapabilityOffset = 8; // 4 bytes, RO
    internal const int CapabilityLength = 12; // 4 bytes, RO
    internal const int NotifyMultiplier = 16; // 4 bytes, RO, §4.1.4.4

    internal const byte VIRTIO_PCI_CAP_COMMON_CFG = 1; // §4.1.4
    internal const byte VIRTIO_PCI_CAP_NOTIFY_CFG = 2; // §4.1.4
    internal const byte VIRTIO_PCI_CAP_ISR_CFG = 3;    // §4.1.4
    internal const byte VIRTIO_PCI_CAP_DEVICE_CFG = 4; // §4.1.4

    // struct virtio_pci_common_cfg (§4.1.4.3).
    internal const int DeviceFeatureSelect = 0x00; // 4 bytes, RW
    internal const int DeviceFeature = 0x04;       // 4 bytes, RO
    internal const int DriverFeatureSelect = 0x08; // 4 bytes, RW
    internal const int DriverFeature = 0x0c;       // 4 bytes, RW
    internal const int ConfigVector = 0x10;        // 2 bytes, RW
    internal const int QueueCount = 0x12;          // 2 bytes, RO
    internal const int DeviceStatus = 0x14;        // 1 byte, RW
    internal const int ConfigGeneration = 0x15;    // 1 byte, RO
    internal const int QueueSelect = 0x16;         // 2 bytes, RW
    internal const int QueueSize = 0x18;           // 2 bytes, RW
    internal const int QueueVector = 0x1a;         // 2 bytes, RW
    internal const int QueueEnable = 0x1c;         // 2 bytes, RW
    internal const int QueueNotifyOffset = 0x1e;   // 2 bytes, RO
    internal const int QueueDescriptors = 0x20;    // 8 bytes, RW
    internal const int QueueDriver = 0x28;         // 8 bytes, RW
    internal const int QueueDevice = 0x30;         // 8 bytes, RW
    internal const int CommonBytes = 0x38;

    internal const ushort VIRTIO_MSI_NO_VECTOR = 0xffff; // §4.1.5.1.2

    // Device status (§2.1).
    internal const byte ACKNOWLEDGE = 1;
    internal const byte DRIVER = 2;
    internal const byte DRIVER_OK = 4;
    internal const byte FEATURES_OK = 8;
    internal const byte DEVICE_NEEDS_RESET = 64;
    internal const byte Gone = 0xff; // what reads as all ones does not answer

    // ISR status (§4.1.4.5); reading clears it and takes the line down.
    internal const byte ISR_CONFIG = 2;

    // struct virtio_net_config (§5.1.4).
    internal const int NetMac = 0;       // 6 bytes, with VIRTIO_NET_F_MAC
    internal const int NetStatus = 6;    // 2 bytes, with VIRTIO_NET_F_STATUS
    internal const int NetMaxPairs = 8;  // 2 bytes, with VIRTIO_NET_F_MQ
    internal const int NetMtu = 10;      // 2 bytes, with VIRTIO_NET_F_MTU
    internal const int NetSpeed = 12;    // 4 bytes, Mbit/s, with VIRTIO_NET_F_SPEED_DUPLEX
    internal const int NetDuplex = 16;   // 1 byte, with VIRTIO_NET_F_SPEED_DUPLEX
    internal const ushort VIRTIO_NET_S_LINK_UP = 1; // §5.1.4
    internal const byte FullDuplex = 1;  // §5.1.4

    // Commands of the control virtqueue (§5.1.6.5).
    internal const byte VIRTIO_NET_CTRL_RX = 0;              // §5.1.6.5.1
    internal const byte VIRTIO_NET_CTRL_RX_PROMISC = 0;      // §5.1.6.5.1
    internal const byte VIRTIO_NET_CTRL_RX_ALLMULTI = 1;     // §5.1.6.5.1
    internal const byte VIRTIO_NET_CTRL_MAC = 1;             // §5.1.6.5.2
    internal const byte VIRTIO_NET_CTRL_MAC_TABLE_SET = 0;   // §5.1.6.5.2
    internal const byte VIRTIO_NET_CTRL_MQ = 4;              // §5.1.6.5.5
    internal const byte VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET = 0; // §5.1.6.5.5
}
