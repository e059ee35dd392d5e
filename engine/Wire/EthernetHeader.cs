namespace PollIO.Wire;

/// <summary>Reading view of an Ethernet II header and what follows it (IEEE 802.3-2018 §3).</summary>
public readonly ref struct EthernetHeader
{
    /// <summary>Bytes in the header.</summary>
    public const int Size = 14;

    /// <summary>Type values from here on are an <see cref="Wire.EtherType"/>; below they are a length (IEEE 802.3-2018 §3.2.6).</summary>
    public const int MinEtherType = 0x600;

    private readonly ReadOnlySpan<byte> _bytes;

    private EthernetHeader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryParse established Size bytes.

    /// <summary>Destination address.</summary>
    public MacAddress Destination => WireBytes.ReadMacUnchecked(_bytes, Field.Destination);

    /// <summary>Source address.</summary>
    public MacAddress Source => WireBytes.ReadMacUnchecked(_bytes, Field.Source);

    /// <summary>Type of what follows; below <see cref="MinEtherType"/> a length.</summary>
    public EtherType EtherType => (EtherType)WireBytes.ReadUInt16Unchecked(_bytes, Field.EtherType);

    /// <summary>What follows the header, padding included.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[Size..];

    /// <summary>Views a frame.</summary>
    /// <param name="frame">The frame from its destination address on, without the frame check sequence.</param>
    /// <param name="header">The view.</param>
    /// <returns>False when the frame is shorter than the header.</returns>
    public static bool TryParse(ReadOnlySpan<byte> frame, out EthernetHeader header)
    {
        bool valid = frame.Length >= Size;
        header = valid ? new EthernetHeader(frame) : default;
        return valid;
    }

    internal static class Field
    {
        // IEEE 802.3-2018 §3.1.1
        internal const int Destination = 0;
        internal const int Source = 6;
        internal const int EtherType = 12;
    }
}
