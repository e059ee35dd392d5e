using System.Runtime.InteropServices;

namespace PollIO.Wire;

/// <summary>Where the layers of a frame begin, as <see cref="PacketParser"/> found them. Offsets and lengths are in bytes.</summary>
/// <remarks>
/// Always <c>L2Length + L3Length + L4Length = PayloadOffset &lt;= End &lt;= frame length</c>. A layer that could not be read has the
/// length zero and no bits in <see cref="Type"/>.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public struct FrameLayout
{
    /// <summary>What the frame is, layer by layer.</summary>
    public PacketType Type { get; set; }

    /// <summary>Offset of the first byte behind all headers that were read.</summary>
    public int PayloadOffset { get; set; }

    /// <summary>Offset of the first byte behind the IP packet: what follows is padding. Without IP, the frame's length.</summary>
    public int End { get; set; }

    /// <summary>Ethernet header and VLAN tags.</summary>
    public ushort L2Length { get; set; }

    /// <summary>IP header with options or extension headers; 0 without IP.</summary>
    public ushort L3Length { get; set; }

    /// <summary>EtherType behind the last VLAN tag.</summary>
    public EtherType EtherType { get; set; }

    /// <summary>Transport header, with options: TCP, UDP, SCTP, ICMP, ICMPv6 and IGMP; 0 for others and for fragments.</summary>
    public byte L4Length { get; set; }

    /// <summary>VLAN tags, at most <see cref="PacketParser.MaxVlanTags"/>.</summary>
    public byte VlanTags { get; set; }

    /// <summary>The transport protocol, where <see cref="L3Length"/> is not 0.</summary>
    public IpProtocol Protocol { get; set; }

    /// <summary>Fragments and faults.</summary>
    public FrameFlags Flags { get; set; }

    /// <summary>Offset of the IP header, or of what follows Ethernet.</summary>
    public readonly int L3Offset => L2Length;

    /// <summary>Offset of the transport header.</summary>
    public readonly int L4Offset => L2Length + L3Length;

    /// <summary>The frame is an IP fragment.</summary>
    public readonly bool IsFragment => (Flags & FrameFlags.Fragment) != 0;
}
