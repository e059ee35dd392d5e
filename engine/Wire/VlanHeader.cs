namespace PollIO.Wire;

/// <summary>
/// Reading view of what follows a VLAN EtherType: tag control information, the next EtherType and the payload
/// (IEEE 802.1Q-2018 §9.6). The same for the inner tag and for the outer tag of QinQ.
/// </summary>
public readonly ref struct VlanHeader
{
    /// <summary>Bytes between one EtherType's end and the next one's.</summary>
    public const int Size = 4;

    /// <summary>The largest VLAN identifier that may be on the wire (IEEE 802.1Q-2018 table 9-2 reserves 4095).</summary>
    public const int MaxVlanId = 4094;

    private readonly ReadOnlySpan<byte> _bytes;

    private VlanHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size bytes.

    /// <summary>Tag control information: priority, drop eligibility and identifier as one number.</summary>
    public ushort TagControl => WireBytes.ReadUInt16Unchecked(_bytes, Field.TagControl);

    /// <summary>Priority code point, 0 to 7.</summary>
    public int Priority => TagControl >> 13;

    /// <summary>Drop eligible indicator.</summary>
    public bool DropEligible => (TagControl & 0x1000) != 0;

    /// <summary>VLAN identifier, 0 to 4095.</summary>
    public int VlanId => TagControl & 0xfff;

    /// <summary>Type of what follows the tag.</summary>
    public EtherType EtherType => (EtherType)WireBytes.ReadUInt16Unchecked(_bytes, Field.EtherType);

    /// <summary>What follows.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>Views a tag.</summary>
    /// <param name="bytes">What follows the EtherType that announced the tag.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when there are fewer than four bytes.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out VlanHeader header)
    {
        bool valid = bytes.Length >= Size;
        header = valid ? new VlanHeader(bytes) : default;
        return valid;
    }

    internal static class Field
    {
        // IEEE 802.1Q-2018 §9.6
        internal const int TagControl = 0;
        internal const int EtherType = 2;
    }
}
