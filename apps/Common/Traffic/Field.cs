namespace PollIO.Apps.Common.Traffic;

/// <summary>A header field that differs from flow to flow; the names are those of <c>--vary</c>.</summary>
internal enum Field
{
    /// <summary><c>src-port</c>: UDP's or TCP's source port, ICMP's identifier.</summary>
    SourcePort,

    /// <summary><c>dst-port</c>: UDP's or TCP's destination port.</summary>
    DestinationPort,

    /// <summary><c>src-ip</c>: IPv4's source address, the last 32 bits of IPv6's.</summary>
    SourceAddress,

    /// <summary><c>dst-ip</c>: the same of the destination.</summary>
    DestinationAddress,

    /// <summary><c>src-mac</c>: the last 32 bits of the source address.</summary>
    SourceMac,

    /// <summary><c>dst-mac</c>: the same of the destination.</summary>
    DestinationMac,
}
