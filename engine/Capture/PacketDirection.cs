namespace PollIO.Capture;

/// <summary>Which way a captured packet went: bits 0 and 1 of pcapng's epb_flags (draft-ietf-opsawg-pcapng §4.3.1).</summary>
public enum PacketDirection
{
    /// <summary>Not recorded.</summary>
    Unknown = 0,

    /// <summary>Received by the interface.</summary>
    Inbound = 1,

    /// <summary>Sent by the interface.</summary>
    Outbound = 2,
}
