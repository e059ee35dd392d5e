namespace PollIO.Wire;

/// <summary>Type of an ICMPv6 message (RFC 4443, RFC 4861; IANA "ICMPv6 'type' Numbers").</summary>
public enum Icmpv6Type : byte
{
    /// <summary>Reserved.</summary>
    None = 0,

    /// <summary>The packet could not be delivered.</summary>
    DestinationUnreachable = 1,

    /// <summary>The packet was larger than the next link's MTU.</summary>
    PacketTooBig = 2,

    /// <summary>No hops, or no time for reassembly, left.</summary>
    TimeExceeded = 3,

    /// <summary>A header could not be understood.</summary>
    ParameterProblem = 4,

    /// <summary>Ping.</summary>
    EchoRequest = 128,

    /// <summary>Answer to an echo request.</summary>
    EchoReply = 129,

    /// <summary>Asks routers to advertise themselves.</summary>
    RouterSolicitation = 133,

    /// <summary>A router advertises itself.</summary>
    RouterAdvertisement = 134,

    /// <summary>Who has the target address?</summary>
    NeighborSolicitation = 135,

    /// <summary>The target has it.</summary>
    NeighborAdvertisement = 136,

    /// <summary>There is a better first hop.</summary>
    Redirect = 137,
}
