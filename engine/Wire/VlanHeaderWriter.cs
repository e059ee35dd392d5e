using Field = PollIO.Wire.VlanHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of what follows a VLAN EtherType (IEEE 802.1Q-2018 §9.6).</summary>
public readonly ref struct VlanHeaderWriter
{
    private readonly Span<byte> _bytes;

    private VlanHeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established VlanHeader.Size bytes.

    /// <summary>Tag control information: priority, drop eligibility and identifier as one number.</summary>
    public ushort TagControl
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.TagControl);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.TagControl, value);
    }

    /// <summary>Priority code point; only the low three bits of what is set are kept.</summary>
    public int Priority
    {
        get => TagControl >> 13;
        set => TagControl = (ushort)((TagControl & 0x1fff) | (value << 13));
    }

    /// <summary>Drop eligible indicator.</summary>
    public bool DropEligible
    {
        get => (TagControl & 0x1000) != 0;
        set => TagControl = (ushort)((TagControl & ~0x1000) | (value ? 0x1000 : 0));
    }

    /// <summary>VLAN identifier; only the low twelve bits of what is set are kept.</summary>
    public int VlanId
    {
        get => TagControl & 0xfff;
        set => TagControl = (ushort)((TagControl & ~0xfff) | (value & 0xfff));
    }

    /// <summary>Type of what follows the tag.</summary>
    public EtherType EtherType
    {
        get => (EtherType)WireBytes.ReadUInt16Unchecked(_bytes, Field.EtherType);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.EtherType, (ushort)value);
    }

    /// <summary>What follows.</summary>
    public Span<byte> Payload => _bytes[VlanHeader.Size..];

    /// <summary>Starts a new, zeroed tag.</summary>
    /// <param name="buffer">Where the tag and what follows it go.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when there are fewer than four bytes.</returns>
    public static bool TryCreate(Span<byte> buffer, out VlanHeaderWriter writer)
    {
        if (!TryWrap(buffer, out writer))
        {
            return false;
        }

        buffer[..VlanHeader.Size].Clear();
        return true;
    }

    /// <summary>Views an existing tag for changes.</summary>
    /// <param name="bytes">What follows the EtherType that announced the tag.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="VlanHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> bytes, out VlanHeaderWriter writer)
    {
        bool valid = bytes.Length >= VlanHeader.Size;
        writer = valid ? new VlanHeaderWriter(bytes) : default;
        return valid;
    }
}
