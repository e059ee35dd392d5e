using Field = PollIO.Wire.EthernetHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of an Ethernet II header and what follows it (IEEE 802.3-2018 §3).</summary>
public readonly ref struct EthernetHeaderWriter
{
    private readonly Span<byte> _bytes;

    private EthernetHeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established EthernetHeader.Size bytes.

    /// <summary>Destination address.</summary>
    public MacAddress Destination
    {
        get => WireBytes.ReadMacUnchecked(_bytes, Field.Destination);
        set => WireBytes.WriteMacUnchecked(_bytes, Field.Destination, value);
    }

    /// <summary>Source address.</summary>
    public MacAddress Source
    {
        get => WireBytes.ReadMacUnchecked(_bytes, Field.Source);
        set => WireBytes.WriteMacUnchecked(_bytes, Field.Source, value);
    }

    /// <summary>Type of what follows.</summary>
    public EtherType EtherType
    {
        get => (EtherType)WireBytes.ReadUInt16Unchecked(_bytes, Field.EtherType);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.EtherType, (ushort)value);
    }

    /// <summary>What follows the header.</summary>
    public Span<byte> Payload => _bytes[EthernetHeader.Size..];

    /// <summary>Starts a new frame with a zeroed header.</summary>
    /// <param name="buffer">Where the frame goes.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when the buffer is shorter than the header.</returns>
    public static bool TryCreate(Span<byte> buffer, out EthernetHeaderWriter writer)
    {
        if (!TryWrap(buffer, out writer))
        {
            return false;
        }

        buffer[..EthernetHeader.Size].Clear();
        return true;
    }

    /// <summary>Views an existing frame for changes.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="EthernetHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> frame, out EthernetHeaderWriter writer)
    {
        bool valid = frame.Length >= EthernetHeader.Size;
        writer = valid ? new EthernetHeaderWriter(frame) : default;
        return valid;
    }

    /// <summary>Exchanges source and destination.</summary>
    public void SwapAddresses()
    {
        MacAddress destination = Destination;
        Destination = Source;
        Source = destination;
    }
}
