using Field = PollIO.Wire.ArpHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of an ARP message for IPv4 over Ethernet (RFC 826, "Packet format").</summary>
public readonly ref struct ArpHeaderWriter
{
    private readonly Span<byte> _bytes;

    private ArpHeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established ArpHeader.Size bytes.

    /// <summary>Request or reply.</summary>
    public ArpOperation Operation
    {
        get => (ArpOperation)WireBytes.ReadUInt16Unchecked(_bytes, Field.Operation);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Operation, (ushort)value);
    }

    /// <summary>Ethernet address of the sender.</summary>
    public MacAddress SenderMac
    {
        get => WireBytes.ReadMacUnchecked(_bytes, Field.SenderMac);
        set => WireBytes.WriteMacUnchecked(_bytes, Field.SenderMac, value);
    }

    /// <summary>IPv4 address of the sender.</summary>
    public IPv4Address SenderAddress
    {
        get => WireBytes.ReadIPv4Unchecked(_bytes, Field.SenderAddress);
        set => WireBytes.WriteIPv4Unchecked(_bytes, Field.SenderAddress, value);
    }

    /// <summary>Ethernet address of the target; zero in a request.</summary>
    public MacAddress TargetMac
    {
        get => WireBytes.ReadMacUnchecked(_bytes, Field.TargetMac);
        set => WireBytes.WriteMacUnchecked(_bytes, Field.TargetMac, value);
    }

    /// <summary>IPv4 address of the target.</summary>
    public IPv4Address TargetAddress
    {
        get => WireBytes.ReadIPv4Unchecked(_bytes, Field.TargetAddress);
        set => WireBytes.WriteIPv4Unchecked(_bytes, Field.TargetAddress, value);
    }

    /// <summary>Starts a new message: types and lengths of IPv4 over Ethernet, all else zero.</summary>
    /// <param name="buffer">Where the message goes.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when shorter than <see cref="ArpHeader.Size"/>.</returns>
    public static bool TryCreate(Span<byte> buffer, out ArpHeaderWriter writer)
    {
        if (buffer.Length < ArpHeader.Size)
        {
            writer = default;
            return false;
        }

        buffer[..ArpHeader.Size].Clear();
        WireBytes.WriteUInt16Unchecked(buffer, Field.HardwareType, ArpHeader.HardwareTypeEthernet);
        WireBytes.WriteUInt16Unchecked(buffer, Field.ProtocolType, (ushort)EtherType.IPv4);
        WireBytes.WriteByteUnchecked(buffer, Field.HardwareLength, MacAddress.Size);
        WireBytes.WriteByteUnchecked(buffer, Field.ProtocolLength, IPv4Address.Size);
        writer = new ArpHeaderWriter(buffer);
        return true;
    }

    /// <summary>Views an existing message for changes.</summary>
    /// <param name="bytes">The message.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="ArpHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out ArpHeaderWriter writer)
    {
        bool valid = ArpHeader.IsValid(bytes);
        writer = valid ? new ArpHeaderWriter(bytes) : default;
        return valid;
    }
}
