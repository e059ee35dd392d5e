namespace PollIO.Wire;

/// <summary>Type of an ICMP message (RFC 792; IANA "ICMP Type Numbers").</summary>
public enum IcmpType : byte
{
    /// <summary>Answer to an echo request.</summary>
    EchoReply = 0,

    /// <summary>The datagram could not be delivered.</summary>
    DestinationUnreachable = 3,

    /// <summary>There is a better first hop.</summary>
    Redirect = 5,

    /// <summary>Ping.</summary>
    EchoRequest = 8,

    /// <summary>No hops, or no time for reassembly, left.</summary>
    TimeExceeded = 11,

    /// <summary>A header could not be understood.</summary>
    ParameterProblem = 12,

    /// <summary>Time stamp request.</summary>
    TimestampRequest = 13,

    /// <summary>Answer to a time stamp request.</summary>
    TimestampReply = 14,
}
