namespace PollIO;

/// <summary>
/// What the application asks of the TX port for one packet. It stands in the block that receiving resets, so that a request
/// made for a packet's last life is not carried out in its next.
/// </summary>
[Flags]
public enum TxFlags : ushort
{
    /// <summary>Send as it is.</summary>
    None = 0,

    /// <summary>Compute the IPv4 header checksum; L2 and L3 lengths are set and the field holds zero.</summary>
    IpChecksum = 1 << 0,

    /// <summary>Compute the TCP checksum; lengths are set and the field holds the pseudo-header sum.</summary>
    TcpChecksum = 1 << 1,

    /// <summary>Compute the UDP checksum; lengths are set and the field holds the pseudo-header sum.</summary>
    UdpChecksum = 1 << 2,

    /// <summary>Cut the TCP payload into segments of <see cref="PacketMetadata.TsoSegmentSize"/>.</summary>
    TcpSegmentation = 1 << 3,

    /// <summary>Insert <see cref="PacketMetadata.VlanTci"/> as an 802.1Q tag.</summary>
    VlanInsert = 1 << 4,
}
