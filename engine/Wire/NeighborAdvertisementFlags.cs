namespace PollIO.Wire;

/// <summary>Flags of a neighbor advertisement (RFC 4861 §4.4).</summary>
[Flags]
public enum NeighborAdvertisementFlags : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Replace a cached link-layer address.</summary>
    Override = 0x20,

    /// <summary>The answer to a solicitation.</summary>
    Solicited = 0x40,

    /// <summary>The sender is a router.</summary>
    Router = 0x80,
}
