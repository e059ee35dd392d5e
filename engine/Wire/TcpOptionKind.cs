namespace PollIO.Wire;

/// <summary>Option of a TCP header (IANA "TCP Option Kind Numbers").</summary>
public enum TcpOptionKind : byte
{
    /// <summary>Ends the list (RFC 9293 §3.1).</summary>
    EndOfList = 0,

    /// <summary>Padding between options (RFC 9293 §3.1).</summary>
    NoOperation = 1,

    /// <summary>Maximum segment size, two bytes (RFC 9293 §3.2).</summary>
    MaximumSegmentSize = 2,

    /// <summary>Window scale, one byte (RFC 7323 §2.2).</summary>
    WindowScale = 3,

    /// <summary>Selective acknowledgment permitted (RFC 2018 §2).</summary>
    SackPermitted = 4,

    /// <summary>Selective acknowledgment, pairs of four-byte edges (RFC 2018 §3).</summary>
    Sack = 5,

    /// <summary>Time stamps, two of four bytes (RFC 7323 §3.2).</summary>
    Timestamps = 8,
}
