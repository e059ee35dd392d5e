namespace PollIO.Wire;

/// <summary>What a test of one checksum showed.</summary>
public enum ChecksumStatus : byte
{
    /// <summary>Not tested: there is no such header, or the frame is a fragment, truncated, malformed, or of a protocol not
    /// known.</summary>
    Unknown = 0,

    /// <summary>Right.</summary>
    Good = 1,

    /// <summary>Wrong.</summary>
    Bad = 2,

    /// <summary>The sender computed none: zero in UDP over IPv4 (RFC 768).</summary>
    Absent = 3,
}
