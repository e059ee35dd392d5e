using System.Buffers.Binary;

namespace PollIO.Tests.Wire;

/// <summary>The checksum as RFC 1071 §4.1 spells it out, one word at a time, to test the fast one against.</summary>
internal static class ReferenceChecksum
{
    internal static ushort Sum(ReadOnlySpan<byte> data)
    {
        uint sum = 0;
        for (int i = 0; i < data.Length; i += 2)
        {
            sum += ((uint)data[i] << 8) | (i + 1 < data.Length ? data[i + 1] : 0u);
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)sum;
    }

    internal static ushort Compute(ReadOnlySpan<byte> data) => (ushort)~Sum(data);

    /// <summary>The sum of a whole transport segment behind its pseudo-header: 0xffff when its checksum is right.</summary>
    internal static ushort SumWithPseudoHeader(
        ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, IpProtocol protocol, ReadOnlySpan<byte> segment)
    {
        byte[] all = new byte[source.Length + destination.Length + 8 + segment.Length];
        source.CopyTo(all);
        destination.CopyTo(all.AsSpan(source.Length));
        Span<byte> rest = all.AsSpan(source.Length + destination.Length);
        BinaryPrimitives.WriteInt32BigEndian(rest, segment.Length);
        rest[7] = (byte)protocol;
        segment.CopyTo(rest[8..]);
        return Sum(all);
    }
}
