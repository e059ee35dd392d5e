namespace PollIO.Wire;

/// <summary>Reading view of an ICMPv6 message (RFC 4443 §2.1), with the fields of neighbor discovery (RFC 4861 §4).</summary>
public readonly ref struct Icmpv6Header
{
    /// <summary>Bytes in the header of every message that has a name in <see cref="Icmpv6Type"/>.</summary>
    public const int Size = 8;

    /// <summary>Bytes in a neighbor solicitation or advertisement without options.</summary>
    public const int NeighborSize = 24;

    /// <summary>Bytes in a link-layer address option for Ethernet.</summary>
    public const int LinkLayerOptionSize = 8;

    internal const int OptionUnit = 8;

    private const int RouterAdvertisementSize = 16;
    private const int RedirectSize = 40;

    private readonly ReadOnlySpan<byte> _bytes;

    private Icmpv6Header(ReadOnlySpan<byte> bytes, Icmpv6Type type)
    {
        _bytes = bytes;
        Type = type;
    }

    // SAFETY of every field access: TryParse established MinSizeOf(Type) bytes, and the type is kept, not read again: a peer that
    // shares the buffer may change the bytes at any time.

    /// <summary>Kind of message.</summary>
    public Icmpv6Type Type { get; }

    /// <summary>Code within the type.</summary>
    public byte Code => WireBytes.ReadByteUnchecked(_bytes, Field.Code);

    /// <summary>Checksum of pseudo-header and message.</summary>
    public ushort Checksum => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);

    /// <summary>Identifier of an echo message (RFC 4443 §4.1).</summary>
    public ushort Identifier => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identifier);

    /// <summary>Sequence number of an echo message (RFC 4443 §4.1).</summary>
    public ushort Sequence => WireBytes.ReadUInt16Unchecked(_bytes, Field.Sequence);

    /// <summary>What follows the first eight bytes.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>The message is a neighbor solicitation or advertisement, so that it has a <see cref="TargetAddress"/>.</summary>
    public bool IsNeighbor => Type is Icmpv6Type.NeighborSolicitation or Icmpv6Type.NeighborAdvertisement;

    /// <summary>The address a neighbor message is about; <c>::</c> for other messages.</summary>
    public IPv6Address TargetAddress => IsNeighbor ? WireBytes.ReadIPv6Unchecked(_bytes, Field.TargetAddress) : default;

    /// <summary>Flags of a neighbor advertisement; none for other messages.</summary>
    public NeighborAdvertisementFlags NeighborFlags =>
        Type == Icmpv6Type.NeighborAdvertisement
            ? (NeighborAdvertisementFlags)(WireBytes.ReadByteUnchecked(_bytes, Field.NeighborFlags) & 0xe0)
            : NeighborAdvertisementFlags.None;

    /// <summary>Raw options of a neighbor discovery message; empty for other messages.</summary>
    public ReadOnlySpan<byte> Options => IsDiscovery(Type) ? _bytes[MinSizeOf(Type)..] : default;

    /// <summary>Views a message. The checksum is not tested.</summary>
    /// <param name="message">The upper-layer payload of the IPv6 packet.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when shorter than its type's header, or when an option of a neighbor discovery message has the length zero or
    /// one that exceeds the message (RFC 4861 §6.1, §7.1).</returns>
    public static bool TryParse(ReadOnlySpan<byte> message, out Icmpv6Header header)
    {
        bool valid = IsValid(message, out Icmpv6Type type);
        header = valid ? new Icmpv6Header(message, type) : default;
        return valid;
    }

    /// <summary>Tells whether the checksum is right.</summary>
    /// <param name="pseudoHeaderSum">From
    /// <see cref="InternetChecksum.PseudoHeader(in IPv6Address, in IPv6Address, IpProtocol, uint)"/>.</param>
    /// <returns>True when right.</returns>
    public bool IsChecksumValid(ulong pseudoHeaderSum) => InternetChecksum.IsValid(_bytes, pseudoHeaderSum);

    /// <summary>Finds an option of a neighbor discovery message.</summary>
    /// <param name="kind">The option wanted.</param>
    /// <param name="data">What follows its type and length bytes.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetOption(NeighborOptionKind kind, out ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = Options;
        while (TryReadOption(ref rest, out NeighborOptionKind found, out data))
        {
            if (found == kind)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Finds a link-layer address option that holds an Ethernet address.</summary>
    /// <param name="kind"><see cref="NeighborOptionKind.SourceLinkLayerAddress"/> or
    /// <see cref="NeighborOptionKind.TargetLinkLayerAddress"/>.</param>
    /// <param name="address">The address.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetLinkLayerAddress(NeighborOptionKind kind, out MacAddress address)
    {
        bool found = TryGetOption(kind, out ReadOnlySpan<byte> data) && data.Length == MacAddress.Size;
        address = found ? WireBytes.ReadMacUnchecked(data, 0) : default;
        return found;
    }

    internal static bool IsValid(ReadOnlySpan<byte> message, out Icmpv6Type type)
    {
        type = message.Length >= Size ? (Icmpv6Type)message[Field.Type] : Icmpv6Type.None;
        if (message.Length < MinSizeOf(type))
        {
            return false;
        }

        if (!IsDiscovery(type))
        {
            return true;
        }

        ReadOnlySpan<byte> rest = message[MinSizeOf(type)..];
        while (TryReadOption(ref rest, out _, out _))
        {
        }

        return rest.IsEmpty;
    }

    internal static int MinSizeOf(Icmpv6Type type) => type switch
    {
        Icmpv6Type.RouterAdvertisement => RouterAdvertisementSize,
        Icmpv6Type.NeighborSolicitation or Icmpv6Type.NeighborAdvertisement => NeighborSize,
        Icmpv6Type.Redirect => RedirectSize,
        _ => Size,
    };

    private static bool IsDiscovery(Icmpv6Type type) => type is >= Icmpv6Type.RouterSolicitation and <= Icmpv6Type.Redirect;

    // RFC 4861 §4.6: type, length of the whole option in units of eight bytes, data.
    private static bool TryReadOption(scoped ref ReadOnlySpan<byte> rest, out NeighborOptionKind kind, out ReadOnlySpan<byte> data)
    {
        kind = NeighborOptionKind.None;
        data = default;
        int length = rest.Length >= OptionUnit ? rest[1] * OptionUnit : 0;
        if (length == 0 || length > rest.Length)
        {
            return false;
        }

        kind = (NeighborOptionKind)rest[0];
        data = rest[2..length];
        rest = rest[length..];
        return true;
    }

    internal static class Field
    {
        // RFC 4443 §2.1, §4.1
        internal const int Type = 0;
        internal const int Code = 1;
        internal const int Checksum = 2;
        internal const int Identifier = 4;
        internal const int Sequence = 6;

        // RFC 4861 §4.3, §4.4
        internal const int NeighborFlags = 4;
        internal const int TargetAddress = 8;
        internal const int Options = 24;
    }
}
