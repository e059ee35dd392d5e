using Field = PollIO.Wire.Icmpv6Header.Field;

namespace PollIO.Wire;

/// <summary>Writing view of an ICMPv6 message (RFC 4443 §2.1, RFC 4861 §4). <see cref="UpdateChecksum"/> comes last.</summary>
public readonly ref struct Icmpv6HeaderWriter
{
    private readonly Span<byte> _bytes;

    private Icmpv6HeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established Icmpv6Header.Size bytes.

    /// <summary>Kind of message.</summary>
    public Icmpv6Type Type
    {
        get => (Icmpv6Type)WireBytes.ReadByteUnchecked(_bytes, Field.Type);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.Type, (byte)value);
    }

    /// <summary>Code within the type.</summary>
    public byte Code
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.Code);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.Code, value);
    }

    /// <summary>Checksum of pseudo-header and message.</summary>
    public ushort Checksum
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Checksum, value);
    }

    /// <summary>Identifier of an echo message.</summary>
    public ushort Identifier
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identifier);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Identifier, value);
    }

    /// <summary>Sequence number of an echo message.</summary>
    public ushort Sequence
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Sequence);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Sequence, value);
    }

    /// <summary>What follows the first eight bytes.</summary>
    public Span<byte> Payload => _bytes[Icmpv6Header.Size..];

    /// <summary>Starts a new message: type set, the rest of its fixed part zero, what follows as it was.</summary>
    /// <param name="buffer">Where the message goes; what lies behind it is left alone.</param>
    /// <param name="type">Kind of message.</param>
    /// <param name="payloadLength">Bytes after the first eight.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when the message would be shorter than its type's header or the buffer is too short.</returns>
    public static bool TryCreate(Span<byte> buffer, Icmpv6Type type, int payloadLength, out Icmpv6HeaderWriter writer)
    {
        writer = default;
        int fixedLength = Icmpv6Header.MinSizeOf(type);
        if ((uint)payloadLength > ushort.MaxValue - Icmpv6Header.Size
            || Icmpv6Header.Size + payloadLength < fixedLength
            || buffer.Length < Icmpv6Header.Size + payloadLength)
        {
            return false;
        }

        buffer[..fixedLength].Clear();
        writer = new Icmpv6HeaderWriter(buffer[..(Icmpv6Header.Size + payloadLength)]) { Type = type };
        return true;
    }

    /// <summary>Starts a neighbor solicitation with a source link-layer address option (RFC 4861 §4.3): 32 bytes.</summary>
    /// <param name="buffer">Where the message goes.</param>
    /// <param name="target">The address asked for.</param>
    /// <param name="sender">Ethernet address of the sender.</param>
    /// <param name="writer">The view; only the checksum is missing.</param>
    /// <returns>False, and nothing written, when the buffer is too short.</returns>
    public static bool TryCreateNeighborSolicitation(
        Span<byte> buffer, IPv6Address target, MacAddress sender, out Icmpv6HeaderWriter writer) =>
        TryCreateNeighbor(buffer, Icmpv6Type.NeighborSolicitation, target, NeighborOptionKind.SourceLinkLayerAddress, sender, out writer);

    /// <summary>Starts a neighbor advertisement with a target link-layer address option (RFC 4861 §4.4): 32 bytes.</summary>
    /// <param name="buffer">Where the message goes.</param>
    /// <param name="target">The address advertised.</param>
    /// <param name="owner">Ethernet address of its owner.</param>
    /// <param name="flags">Router, solicited, override.</param>
    /// <param name="writer">The view; only the checksum is missing.</param>
    /// <returns>False, and nothing written, when the buffer is too short.</returns>
    public static bool TryCreateNeighborAdvertisement(
        Span<byte> buffer, IPv6Address target, MacAddress owner, NeighborAdvertisementFlags flags, out Icmpv6HeaderWriter writer)
    {
        if (!TryCreateNeighbor(
            buffer, Icmpv6Type.NeighborAdvertisement, target, NeighborOptionKind.TargetLinkLayerAddress, owner, out writer))
        {
            return false;
        }

        WireBytes.WriteByteUnchecked(buffer, Field.NeighborFlags, (byte)flags);
        return true;
    }

    /// <summary>Views an existing message for changes.</summary>
    /// <param name="message">The message.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="Icmpv6Header.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> message, out Icmpv6HeaderWriter writer)
    {
        bool valid = Icmpv6Header.IsValid(message, out _);
        writer = valid ? new Icmpv6HeaderWriter(message) : default;
        return valid;
    }

    /// <summary>Computes and stores the checksum over pseudo-header and message.</summary>
    /// <param name="pseudoHeaderSum">From
    /// <see cref="InternetChecksum.PseudoHeader(in IPv6Address, in IPv6Address, IpProtocol, uint)"/>.</param>
    public void UpdateChecksum(ulong pseudoHeaderSum)
    {
        Checksum = 0;
        Checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(pseudoHeaderSum, _bytes));
    }

    private static bool TryCreateNeighbor(
        Span<byte> buffer,
        Icmpv6Type type,
        IPv6Address target,
        NeighborOptionKind option,
        MacAddress address,
        out Icmpv6HeaderWriter writer)
    {
        const int PayloadLength = Icmpv6Header.NeighborSize + Icmpv6Header.LinkLayerOptionSize - Icmpv6Header.Size;
        if (!TryCreate(buffer, type, PayloadLength, out writer))
        {
            return false;
        }

        // SAFETY: TryCreate established NeighborSize + LinkLayerOptionSize bytes, and both fields lie within them.
        WireBytes.WriteIPv6Unchecked(buffer, Field.TargetAddress, target);
        WireBytes.WriteByteUnchecked(buffer, Field.Options, (byte)option);
        WireBytes.WriteByteUnchecked(buffer, Field.Options + 1, Icmpv6Header.LinkLayerOptionSize / Icmpv6Header.OptionUnit);
        WireBytes.WriteMacUnchecked(buffer, Field.Options + 2, address);
        return true;
    }
}
