using Field = PollIO.Wire.IcmpHeader.Field;

namespace PollIO.Wire;

/// <summary>Writing view of an ICMP message (RFC 792). <see cref="UpdateChecksum"/> comes last.</summary>
public readonly ref struct IcmpHeaderWriter
{
    private readonly Span<byte> _bytes;

    private IcmpHeaderWriter(Span<byte> bytes) => _bytes = bytes;

    // SAFETY of every field access: TryCreate and TryWrap established IcmpHeader.Size bytes.

    /// <summary>Kind of message.</summary>
    public IcmpType Type
    {
        get => (IcmpType)WireBytes.ReadByteUnchecked(_bytes, Field.Type);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.Type, (byte)value);
    }

    /// <summary>Code within the type.</summary>
    public byte Code
    {
        get => WireBytes.ReadByteUnchecked(_bytes, Field.Code);
        set => WireBytes.WriteByteUnchecked(_bytes, Field.Code, value);
    }

    /// <summary>Checksum of the message.</summary>
    public ushort Checksum
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Checksum);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Checksum, value);
    }

    /// <summary>Identifier of an echo or time stamp message.</summary>
    public ushort Identifier
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Identifier);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Identifier, value);
    }

    /// <summary>Sequence number of an echo or time stamp message.</summary>
    public ushort Sequence
    {
        get => WireBytes.ReadUInt16Unchecked(_bytes, Field.Sequence);
        set => WireBytes.WriteUInt16Unchecked(_bytes, Field.Sequence, value);
    }

    /// <summary>What follows the header.</summary>
    public Span<byte> Payload => _bytes[IcmpHeader.Size..];

    /// <summary>Starts a new message: the header zero, the payload as it was.</summary>
    /// <param name="buffer">Where the message goes; what lies behind it is left alone.</param>
    /// <param name="payloadLength">Bytes after the header.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False, and nothing written, when the length is impossible or the buffer too short.</returns>
    public static bool TryCreate(Span<byte> buffer, int payloadLength, out IcmpHeaderWriter writer)
    {
        writer = default;
        if ((uint)payloadLength > ushort.MaxValue - IcmpHeader.Size || buffer.Length < IcmpHeader.Size + payloadLength)
        {
            return false;
        }

        buffer[..IcmpHeader.Size].Clear();
        writer = new IcmpHeaderWriter(buffer[..(IcmpHeader.Size + payloadLength)]);
        return true;
    }

    /// <summary>Views an existing message for changes.</summary>
    /// <param name="message">The message.</param>
    /// <param name="writer">The view.</param>
    /// <returns>False where <see cref="IcmpHeader.TryParse"/> is.</returns>
    public static bool TryWrap(Span<byte> message, out IcmpHeaderWriter writer)
    {
        bool valid = message.Length >= IcmpHeader.Size;
        writer = valid ? new IcmpHeaderWriter(message) : default;
        return valid;
    }

    /// <summary>Computes and stores the checksum over the whole message.</summary>
    public void UpdateChecksum()
    {
        Checksum = 0;
        Checksum = InternetChecksum.Compute(_bytes);
    }
}
