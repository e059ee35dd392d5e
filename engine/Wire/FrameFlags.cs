namespace PollIO.Wire;

/// <summary>What <see cref="PacketParser"/> noticed about a frame.</summary>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>An IP fragment, the first included. An IPv6 atomic fragment (RFC 6946) is none.</summary>
    Fragment = 1,

    /// <summary>A header does not fit into the bytes given, the IP length exceeds the frame, or there are more IPv6 extension headers than
    /// <see cref="IPv6ExtensionChain.MaxHeaders"/>.</summary>
    Truncated = 2,

    /// <summary>A header contradicts itself: a wrong version, a header length below the least, a total length below the header's.</summary>
    Malformed = 4,
}
