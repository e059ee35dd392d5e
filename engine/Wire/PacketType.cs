namespace PollIO.Wire;

/// <summary>
/// What a frame is, one value a layer: link layer in bits 0 to 3, network layer in bits 4 to 7, transport layer in bits 8 to 11.
/// The numbers are those of DPDK's packet types (rte_mbuf_ptype.h), so that both can be compared.
/// </summary>
/// <remarks>Within a layer the values are a list, not bits: mask with <see cref="LinkMask"/>, <see cref="NetworkMask"/> or
/// <see cref="TransportMask"/> and compare, or use the methods of <see cref="PacketTypeExtensions"/>.</remarks>
[Flags]
public enum PacketType : uint
{
    /// <summary>Not known in any layer.</summary>
    Unknown = 0,

    /// <summary>Ethernet without tag.</summary>
    Ethernet = 0x1,

    /// <summary>Precision time protocol over Ethernet, tagged or not.</summary>
    EthernetTimeSync = 0x2,

    /// <summary>ARP over Ethernet, tagged or not.</summary>
    EthernetArp = 0x3,

    /// <summary>Link layer discovery, tagged or not.</summary>
    EthernetLldp = 0x4,

    /// <summary>Ethernet with one tag.</summary>
    EthernetVlan = 0x6,

    /// <summary>Ethernet with two tags.</summary>
    EthernetQinQ = 0x7,

    /// <summary>The link-layer bits.</summary>
    LinkMask = 0xf,

    /// <summary>IPv4 without options.</summary>
    IPv4 = 0x10,

    /// <summary>IPv4 with options.</summary>
    IPv4Options = 0x30,

    /// <summary>IPv6 without extension headers.</summary>
    IPv6 = 0x40,

    /// <summary>IPv6 with extension headers.</summary>
    IPv6Extensions = 0xc0,

    /// <summary>The network-layer bits.</summary>
    NetworkMask = 0xf0,

    /// <summary>TCP.</summary>
    Tcp = 0x100,

    /// <summary>UDP.</summary>
    Udp = 0x200,

    /// <summary>A fragment, the first included: its transport header, if any, is not looked at.</summary>
    Fragment = 0x300,

    /// <summary>SCTP.</summary>
    Sctp = 0x400,

    /// <summary>ICMP over IPv4, ICMPv6 over IPv6.</summary>
    Icmp = 0x500,

    /// <summary>Another protocol, whole.</summary>
    OtherTransport = 0x600,

    /// <summary>IGMP.</summary>
    Igmp = 0x700,

    /// <summary>The transport-layer bits.</summary>
    TransportMask = 0xf00,
}
