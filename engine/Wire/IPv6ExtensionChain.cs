namespace PollIO.Wire;

/// <summary>
/// What a walk over IPv6 extension headers found (RFC 8200 §4): hop-by-hop options, routing, fragment, authentication and
/// destination options headers, in any order and number up to <see cref="MaxHeaders"/>.
/// </summary>
public readonly struct IPv6ExtensionChain
{
    /// <summary>A packet with more extension headers than this is refused, so that a walk takes bounded time.</summary>
    public const int MaxHeaders = 16;

    private readonly ExtensionFlags _flags;

    private IPv6ExtensionChain(
        IpProtocol protocol, int length, ExtensionFlags flags, int fragmentOffset, uint identification, int destination)
    {
        Protocol = protocol;
        Length = length;
        _flags = flags;
        FragmentOffset = fragmentOffset;
        Identification = identification;
        FinalDestinationOffset = destination;
    }

    [Flags]
    private enum ExtensionFlags : byte
    {
        None = 0,
        FragmentHeader = 1,
        MoreFragments = 2,
        Authentication = 4,
        UnknownRouting = 8,
    }

    /// <summary>What follows the chain. Of a fragment that is not the first: what follows it in the whole packet.</summary>
    public IpProtocol Protocol { get; }

    /// <summary>Bytes in all extension headers.</summary>
    public int Length { get; }

    /// <summary>There is a fragment header, if only of an atomic fragment (RFC 6946), which is a whole packet.</summary>
    public bool HasFragmentHeader => (_flags & ExtensionFlags.FragmentHeader) != 0;

    /// <summary>This is a part of a packet, first, middle or last.</summary>
    public bool IsFragment => FragmentOffset != 0 || MoreFragments;

    /// <summary>More fragments follow this one.</summary>
    public bool MoreFragments => (_flags & ExtensionFlags.MoreFragments) != 0;

    /// <summary>Where in the packet this fragment's payload goes, in bytes.</summary>
    public int FragmentOffset { get; }

    /// <summary>Identification of the fragment header, which fragments of one packet share; 0 without one.</summary>
    public uint Identification { get; }

    /// <summary>There is an authentication header (RFC 4302): the packet must not be changed.</summary>
    public bool HasAuthentication => (_flags & ExtensionFlags.Authentication) != 0;

    /// <summary>
    /// Where in the payload the address of the last hop is, when a routing header with hops left replaces the destination for the
    /// pseudo-header (RFC 8200 §8.1); 0 when the header's destination is the last.
    /// </summary>
    public int FinalDestinationOffset { get; }

    /// <summary>A routing header of an unknown type has hops left, so that upper-layer checksums cannot be tested.</summary>
    public bool HasUnknownRouting => (_flags & ExtensionFlags.UnknownRouting) != 0;

    /// <summary>Walks the extension headers of a packet.</summary>
    /// <param name="first">The fixed header's next-header field.</param>
    /// <param name="payload">What follows the fixed header.</param>
    /// <param name="chain">What was found; on failure, up to the header that could not be read.</param>
    /// <returns>False when a header does not fit into the payload or there are more than <see cref="MaxHeaders"/>.</returns>
    public static bool TryWalk(IpProtocol first, ReadOnlySpan<byte> payload, out IPv6ExtensionChain chain)
    {
        IpProtocol protocol = first;
        int at = 0;
        ExtensionFlags flags = ExtensionFlags.None;
        int fragmentOffset = 0;
        uint identification = 0;
        int destination = 0;
        bool whole = true;

        for (int count = 0; IsExtension(protocol); count++)
        {
            ReadOnlySpan<byte> rest = payload[at..];
            int length = count < MaxHeaders ? Measure(protocol, rest) : 0;
            if (length == 0)
            {
                whole = false;
                break;
            }

            // SAFETY: Measure established MinSize <= length <= rest.Length.
            switch (protocol)
            {
                case IpProtocol.Routing:
                    int address = FindFinalDestination(rest[..length]);
                    flags |= address < 0 ? ExtensionFlags.UnknownRouting : 0;
                    destination = address > 0 ? at + address : destination;
                    break;
                case IpProtocol.Fragment:
                    int word = WireBytes.ReadUInt16Unchecked(rest, Field.FragmentOffset);
                    fragmentOffset = word & Field.FragmentOffsetMask;
                    identification = WireBytes.ReadUInt32Unchecked(rest, Field.FragmentIdentification);
                    flags |= ExtensionFlags.FragmentHeader | ((word & Field.MoreFragments) != 0 ? ExtensionFlags.MoreFragments : 0);
                    break;
                case IpProtocol.Authentication:
                    flags |= ExtensionFlags.Authentication;
                    break;
                default:
                    break;
            }

            protocol = (IpProtocol)WireBytes.ReadByteUnchecked(rest, Field.NextHeader);
            at += length;
            if (fragmentOffset != 0)
            {
                // What follows is the middle of some header or payload (RFC 8200 §4.5).
                break;
            }
        }

        chain = new IPv6ExtensionChain(protocol, at, flags, fragmentOffset, identification, destination);
        return whole;
    }

    private static bool IsExtension(IpProtocol protocol) =>
        protocol is IpProtocol.HopByHopOptions
            or IpProtocol.Routing
            or IpProtocol.Fragment
            or IpProtocol.Authentication
            or IpProtocol.DestinationOptions;

    private static int Measure(IpProtocol protocol, ReadOnlySpan<byte> header)
    {
        if (header.Length < Field.MinSize)
        {
            return 0;
        }

        int units = WireBytes.ReadByteUnchecked(header, Field.Length);
        int length = protocol switch
        {
            IpProtocol.Fragment => Field.MinSize,
            IpProtocol.Authentication => (units + 2) * sizeof(uint), // RFC 4302 §2.2
            _ => (units + 1) * Field.MinSize,
        };

        // An authentication header of eight bytes would have no room for its sequence number (RFC 4302 §2.5).
        int least = protocol == IpProtocol.Authentication ? Field.MinAuthenticationSize : Field.MinSize;
        return length >= least && length <= header.Length ? length : 0;
    }

    /// <returns>Offset of the address in the header; 0 when no hops are left; -1 when it cannot be known.</returns>
    private static int FindFinalDestination(ReadOnlySpan<byte> header)
    {
        int offset = WireBytes.ReadByteUnchecked(header, Field.RoutingType) switch
        {
            // The last of the list (RFC 2460 §4.4).
            0 => header.Length - IPv6Address.Size,

            // The only one (RFC 6275 §6.4), and the last hop, which comes first (RFC 8754 §2).
            2 or 4 => Field.RoutingAddresses,
            _ => -1,
        };

        if (WireBytes.ReadByteUnchecked(header, Field.SegmentsLeft) == 0)
        {
            return 0;
        }

        return offset >= Field.RoutingAddresses && offset + IPv6Address.Size <= header.Length ? offset : -1;
    }

    private static class Field
    {
        // RFC 8200 §4.3: common to all
        internal const int NextHeader = 0;
        internal const int Length = 1;
        internal const int MinSize = 8;

        // RFC 8200 §4.4
        internal const int RoutingType = 2;
        internal const int SegmentsLeft = 3;
        internal const int RoutingAddresses = 8;

        // RFC 8200 §4.5: the offset is in units of eight bytes, in the upper 13 bits, so that it reads as bytes when masked
        internal const int FragmentOffset = 2;
        internal const int FragmentOffsetMask = 0xfff8;
        internal const int MoreFragments = 1;
        internal const int FragmentIdentification = 4;

        // RFC 4302 §2
        internal const int MinAuthenticationSize = 12;
    }
}
