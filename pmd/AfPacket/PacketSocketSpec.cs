using System.Runtime.InteropServices;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// Numbers and structures of Linux packet sockets (linux/if_packet.h, packet(7), Documentation/networking/packet_mmap.rst) and
/// of the virtio header they exchange (virtio 1.2 §5.1.6).
/// </summary>
internal static class PacketSocketSpec
{
    internal const int AF_PACKET = 17;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const ushort ETH_P_ALL = 0x0003;
    internal const int ARPHRD_ETHER = 1;
    internal const int ARPHRD_LOOPBACK = 772;

    internal const int SOL_SOCKET = 1;
    internal const int SO_ERROR = 4;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_RCVBUFFORCE = 33;

    internal const int SOL_PACKET = 263;
    internal const int PACKET_ADD_MEMBERSHIP = 1;
    internal const int PACKET_DROP_MEMBERSHIP = 2;
    internal const int PACKET_RX_RING = 5;
    internal const int PACKET_STATISTICS = 6;
    internal const int PACKET_COPY_THRESH = 7;
    internal const int PACKET_VERSION = 10;
    internal const int PACKET_VNET_HDR = 15;
    internal const int PACKET_FANOUT = 18;
    internal const int PACKET_IGNORE_OUTGOING = 23;

    internal const int PACKET_FANOUT_HASH = 0;
    internal const int PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
    internal const int PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;

    internal const int PACKET_MR_PROMISC = 1;
    internal const int PACKET_MR_ALLMULTI = 2;

    internal const int TPACKET_V2 = 1;
    internal const int TPACKET_V3 = 2;

    internal const uint TP_STATUS_KERNEL = 0;
    internal const uint TP_STATUS_USER = 1 << 0;
    internal const uint TP_STATUS_COPY = 1 << 1;
    internal const uint TP_STATUS_LOSING = 1 << 2;
    internal const uint TP_STATUS_CSUMNOTREADY = 1 << 3;
    internal const uint TP_STATUS_VLAN_VALID = 1 << 4;
    internal const uint TP_STATUS_VLAN_TPID_VALID = 1 << 6;
    internal const uint TP_STATUS_CSUM_VALID = 1 << 7;

    internal const byte VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
    internal const byte VIRTIO_NET_HDR_F_DATA_VALID = 2;
    internal const byte VIRTIO_NET_HDR_GSO_NONE = 0;
    internal const byte VIRTIO_NET_HDR_GSO_TCPV4 = 1;
    internal const byte VIRTIO_NET_HDR_GSO_TCPV6 = 4;
    internal const byte VIRTIO_NET_HDR_GSO_UDP_L4 = 5;
    internal const byte VIRTIO_NET_HDR_GSO_ECN = 0x80;

    internal const int SIOCGIFNAME = 0x8910;
    internal const int SIOCGIFFLAGS = 0x8913;
    internal const int SIOCGIFMTU = 0x8921;
    internal const int SIOCGIFHWADDR = 0x8927;
    internal const int SIOCGIFINDEX = 0x8933;

    internal const uint IFF_UP = 0x1;
    internal const uint IFF_RUNNING = 0x40;

    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_TRUNC = 0x20;

    internal const int EPERM = 1;
    internal const int EINTR = 4;
    internal const int ENXIO = 6;
    internal const int EAGAIN = 11;
    internal const int EINVAL = 22;
    internal const int ENODEV = 19;
    internal const int EMSGSIZE = 90;
    internal const int ENETDOWN = 100;
    internal const int ENOBUFS = 105;

    /// <summary>struct sockaddr_ll.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SockAddrLl
    {
        internal ushort Family;
        internal ushort ProtocolBigEndian;
        internal int InterfaceIndex;
        internal ushort HardwareType;
        internal byte PacketType;
        internal byte AddressLength;
        internal ulong Address;
    }

    /// <summary>struct tpacket_req3; its first 16 bytes are struct tpacket_req.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TpacketReq3
    {
        internal const int V2Size = 16;

        internal uint BlockSize;
        internal uint BlockCount;
        internal uint FrameSize;
        internal uint FrameCount;
        internal uint RetireBlockTimeoutMilliseconds;
        internal uint PrivateSize;
        internal uint FeatureRequest;
    }

    /// <summary>struct tpacket2_hdr, at the start of every V2 frame.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    internal struct Tpacket2Hdr
    {
        [FieldOffset(0)] internal uint DeviceStatus;
        [FieldOffset(4)] internal uint DeviceLength;
        [FieldOffset(8)] internal uint DeviceSnapLength;
        [FieldOffset(12)] internal ushort DeviceMacOffset;
        [FieldOffset(16)] internal uint DeviceSeconds;
        [FieldOffset(20)] internal uint DeviceNanoseconds;
        [FieldOffset(24)] internal ushort DeviceVlanTci;
        [FieldOffset(26)] internal ushort DeviceVlanTpid;
    }

    /// <summary>struct tpacket3_hdr, at the start of every frame in a V3 block.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    internal struct Tpacket3Hdr
    {
        [FieldOffset(0)] internal uint DeviceNextOffset;
        [FieldOffset(4)] internal uint DeviceSeconds;
        [FieldOffset(8)] internal uint DeviceNanoseconds;
        [FieldOffset(12)] internal uint DeviceSnapLength;
        [FieldOffset(16)] internal uint DeviceLength;
        [FieldOffset(20)] internal uint DeviceStatus;
        [FieldOffset(24)] internal ushort DeviceMacOffset;
        [FieldOffset(32)] internal uint DeviceVlanTci;
        [FieldOffset(36)] internal ushort DeviceVlanTpid;
    }

    /// <summary>struct tpacket_block_desc with its tpacket_hdr_v1, at the start of every V3 block.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    internal struct TpacketBlockDesc
    {
        [FieldOffset(8)] internal uint DeviceStatus;
        [FieldOffset(12)] internal uint DevicePacketCount;
        [FieldOffset(16)] internal uint DeviceFirstOffset;
    }

    /// <summary>struct tpacket_stats; reading it sets the kernel's counters back to zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TpacketStats
    {
        internal uint Packets;
        internal uint Drops;
        internal uint FreezeQueueCount;
    }

    /// <summary>struct packet_mreq.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PacketMreq
    {
        internal int InterfaceIndex;
        internal ushort Type;
        internal ushort AddressLength;
        internal ulong Address;
    }

    /// <summary>struct virtio_net_hdr as packet sockets use it: ten bytes, little endian on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1, Size = 10)]
    internal struct VirtioNetHdr
    {
        internal const int Size = 10;

        internal byte Flags;
        internal byte GsoType;
        internal ushort HeaderLength;
        internal ushort GsoSize;
        internal ushort ChecksumStart;
        internal ushort ChecksumOffset;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        internal nint Base;
        internal nuint Length;
    }

    /// <summary>struct mmsghdr: a struct msghdr and the bytes sent.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct MultiMessageHeader
    {
        [FieldOffset(0)] internal nint Name;
        [FieldOffset(8)] internal uint NameLength;
        [FieldOffset(16)] internal nint Vectors;
        [FieldOffset(24)] internal nuint VectorCount;
        [FieldOffset(32)] internal nint Control;
        [FieldOffset(40)] internal nuint ControlLength;
        [FieldOffset(48)] internal int Flags;
        [FieldOffset(56)] internal uint SentLength;
    }
}
