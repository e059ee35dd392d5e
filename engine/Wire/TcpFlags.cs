namespace PollIO.Wire;

/// <summary>Control bits of a TCP header (RFC 9293 §3.1; AE: RFC 9768).</summary>
[Flags]
public enum TcpFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x001,

    /// <summary>Synchronise sequence numbers.</summary>
    Syn = 0x002,

    /// <summary>Reset the connection.</summary>
    Rst = 0x004,

    /// <summary>Push: hand the data to the application.</summary>
    Psh = 0x008,

    /// <summary>The acknowledgment field is significant.</summary>
    Ack = 0x010,

    /// <summary>The urgent pointer is significant.</summary>
    Urg = 0x020,

    /// <summary>Congestion was echoed (RFC 3168 §6.1).</summary>
    Ece = 0x040,

    /// <summary>The congestion window was reduced (RFC 3168 §6.1).</summary>
    Cwr = 0x080,

    /// <summary>Accurate congestion notification.</summary>
    Ae = 0x100,
}
