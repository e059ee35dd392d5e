namespace PollIO.Wire;

/// <summary>Option of a neighbor discovery message (RFC 4861 §4.6).</summary>
public enum NeighborOptionKind : byte
{
    /// <summary>Not an option.</summary>
    None = 0,

    /// <summary>Link-layer address of the sender, in solicitations (§4.6.1).</summary>
    SourceLinkLayerAddress = 1,

    /// <summary>Link-layer address of the target, in neighbor advertisements and redirects (§4.6.1).</summary>
    TargetLinkLayerAddress = 2,

    /// <summary>A prefix of the link (§4.6.2).</summary>
    PrefixInformation = 3,

    /// <summary>Start of the packet a redirect is about (§4.6.3).</summary>
    RedirectedHeader = 4,

    /// <summary>MTU of the link (§4.6.4).</summary>
    Mtu = 5,
}
