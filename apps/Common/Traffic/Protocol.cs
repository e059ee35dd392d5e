namespace PollIO.Apps.Common.Traffic;

/// <summary>What a generated frame carries; the names are those of <c>--protocol</c>, in lower case.</summary>
internal enum Protocol
{
    /// <summary>A UDP datagram.</summary>
    Udp,

    /// <summary>A TCP segment with the flag ACK.</summary>
    Tcp,

    /// <summary>An ICMP or ICMPv6 echo request.</summary>
    Icmp,
}
