namespace PollIO.Wire;

/// <summary>Why a frame cannot be segmented.</summary>
public enum GsoError : byte
{
    /// <summary>It can.</summary>
    None = 0,

    /// <summary>The segment size is zero.</summary>
    SegmentSizeZero,

    /// <summary>A header is cut off, or the IP length exceeds the frame.</summary>
    Truncated,

    /// <summary>A header contradicts itself; an IPv4 total length of zero is of this kind.</summary>
    Malformed,

    /// <summary>The frame is an IP fragment, or has an IPv6 fragment header.</summary>
    Fragment,

    /// <summary>The frame is not of the family and protocol that the kind names.</summary>
    KindMismatch,

    /// <summary>An authentication header covers the packet, so that it cannot be cut.</summary>
    Authentication,

    /// <summary>A routing header of an unknown type has hops left, so that no transport checksum can be computed.</summary>
    UnknownRouting,

    /// <summary>SYN or RST is set on more payload than one segment holds.</summary>
    ControlFlags,
}
