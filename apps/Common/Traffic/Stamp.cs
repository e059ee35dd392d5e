using System.Buffers.Binary;

namespace PollIO.Apps.Common.Traffic;

/// <summary>
/// What a stamped payload begins with, big-endian: a tag of 16 bits that tells the sender's packets from all others, a sequence number
/// of 48 bits, and a time of 64.
/// </summary>
/// <param name="Tag">The sender's, or the trial's.</param>
/// <param name="Sequence">Counts a sender's packets from 0.</param>
/// <param name="Time">In the sender's unit.</param>
internal readonly record struct Stamp(ushort Tag, long Sequence, long Time)
{
    /// <summary>Bytes of a stamp.</summary>
    internal const int Size = 16;

    private const int SequenceBits = 48;
    private const ulong SequenceMask = (1UL << SequenceBits) - 1;

    /// <summary>Reads the stamp of a packet.</summary>
    /// <returns>Whether the first segment is long enough to have one at <paramref name="offset"/>.</returns>
    internal static bool TryRead(Packet packet, int offset, out Stamp stamp)
    {
        ReadOnlySpan<byte> data = packet.Data;
        if (data.Length < offset + Size)
        {
            stamp = default;
            return false;
        }

        ulong first = BinaryPrimitives.ReadUInt64BigEndian(data[offset..]);
        stamp = new Stamp((ushort)(first >> SequenceBits), (long)(first & SequenceMask), BinaryPrimitives.ReadInt64BigEndian(data[(offset + 8)..]));
        return true;
    }

    /// <summary>Writes the stamp.</summary>
    /// <returns>Its ones'-complement sum, not folded.</returns>
    internal ulong Write(Span<byte> destination)
    {
        ulong first = ((ulong)Tag << SequenceBits) | ((ulong)Sequence & SequenceMask);
        BinaryPrimitives.WriteUInt64BigEndian(destination, first);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], Time);
        return (first >> 32) + (uint)first + ((ulong)Time >> 32) + (uint)Time;
    }
}
