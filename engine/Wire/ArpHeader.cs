namespace PollIO.Wire;

/// <summary>Reading view of an ARP message for IPv4 over Ethernet (RFC 826, "Packet format").</summary>
public readonly ref struct ArpHeader
{
    /// <summary>Bytes in the message.</summary>
    public const int Size = 28;

    internal const ushort HardwareTypeEthernet = 1;

    private readonly ReadOnlySpan<byte> _bytes;

    private ArpHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size bytes.

    /// <summary>Request, reply, or a value without a name.</summary>
    public ArpOperation Operation => (ArpOperation)WireBytes.ReadUInt16Unchecked(_bytes, Field.Operation);

    /// <summary>Ethernet address of the sender.</summary>
    public MacAddress SenderMac => WireBytes.ReadMacUnchecked(_bytes, Field.SenderMac);

    /// <summary>IPv4 address of the sender.</summary>
    public IPv4Address SenderAddress => WireBytes.ReadIPv4Unchecked(_bytes, Field.SenderAddress);

    /// <summary>Ethernet address of the target; without meaning in a request.</summary>
    public MacAddress TargetMac => WireBytes.ReadMacUnchecked(_bytes, Field.TargetMac);

    /// <summary>IPv4 address of the target.</summary>
    public IPv4Address TargetAddress => WireBytes.ReadIPv4Unchecked(_bytes, Field.TargetAddress);

    /// <summary>Views a message.</summary>
    /// <param name="bytes">What follows the EtherType; padding may follow.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when too short, or when it is not for IPv4 over Ethernet.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ArpHeader header)
    {
        bool valid = IsValid(bytes);
        header = valid ? new ArpHeader(bytes) : default;
        return valid;
    }

    // SAFETY: the length is tested before any field is read.
    internal static bool IsValid(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= Size
        && WireBytes.ReadUInt16Unchecked(bytes, Field.HardwareType) == HardwareTypeEthernet
        && WireBytes.ReadUInt16Unchecked(bytes, Field.ProtocolType) == (ushort)EtherType.IPv4
        && WireBytes.ReadByteUnchecked(bytes, Field.HardwareLength) == MacAddress.Size
        && WireBytes.ReadByteUnchecked(bytes, Field.ProtocolLength) == IPv4Address.Size;

    internal static class Field
    {
        // RFC 826, "Packet format"; the address lengths are those of Ethernet and IPv4
        internal const int HardwareType = 0;
        internal const int ProtocolType = 2;
        internal const int HardwareLength = 4;
        internal const int ProtocolLength = 5;
        internal const int Operation = 6;
        internal const int SenderMac = 8;
        internal const int SenderAddress = 14;
        internal const int TargetMac = 18;
        internal const int TargetAddress = 24;
    }
}
