namespace PollIO.Wire;

/// <summary>EtherType of an Ethernet frame or VLAN tag (IANA "IEEE 802 Numbers"). Values below 1536 are an IEEE 802.3 length.</summary>
public enum EtherType : ushort
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>IPv4 (RFC 894).</summary>
    IPv4 = 0x0800,

    /// <summary>Address resolution (RFC 826).</summary>
    Arp = 0x0806,

    /// <summary>Customer VLAN tag (IEEE 802.1Q-2018 §9.5).</summary>
    Vlan = 0x8100,

    /// <summary>IPv6 (RFC 2464).</summary>
    IPv6 = 0x86dd,

    /// <summary>Service VLAN tag, the outer tag of QinQ (IEEE 802.1Q-2018 §9.5, formerly 802.1ad).</summary>
    ServiceVlan = 0x88a8,

    /// <summary>Link layer discovery (IEEE 802.1AB-2016).</summary>
    Lldp = 0x88cc,

    /// <summary>Precision time protocol (IEEE 1588-2008 annex F).</summary>
    TimeSync = 0x88f7,
}
