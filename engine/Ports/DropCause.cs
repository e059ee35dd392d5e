namespace PollIO;

/// <summary>Why a packet was dropped by a port; each cause has a counter of its own.</summary>
public enum DropCause
{
    /// <summary>The pool had no packet to receive into.</summary>
    NoPacket,

    /// <summary>The kernel, device or peer had no room and dropped before us.</summary>
    Missed,

    /// <summary>Longer than the TX port can send, or than can be received.</summary>
    TooLong,

    /// <summary>More segments than the TX port can send.</summary>
    TooManySegments,

    /// <summary>A received frame broke the rules of its descriptor or format.</summary>
    Malformed,

    /// <summary>An oversized (GSO) frame could not be cut into segments.</summary>
    NotSegmentable,

    /// <summary>The packet's pool is out of the TX port's reach and no packet was left to copy into.</summary>
    Unreachable,

    /// <summary>The link or interface was down.</summary>
    LinkDown,

    /// <summary>The port stopped with the packet in flight.</summary>
    Stopped,

    /// <summary>The device or system refused the packet for another reason.</summary>
    Refused,
}
