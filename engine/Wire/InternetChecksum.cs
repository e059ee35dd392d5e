using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PollIO.Wire;

/// <summary>
/// The Internet checksum (RFC 1071): the complement of the ones'-complement sum of 16-bit words.
/// </summary>
/// <remarks>
/// A running sum is a <see cref="ulong"/> that stands for its value modulo 65535, in memory byte order (RFC 1071 §2(B): the order
/// of bytes does not matter until the end). It comes from <see cref="Accumulate"/> or a pseudo-header method, sums may be added
/// with <c>+</c> as long as that does not overflow, and <see cref="Fold"/> or <see cref="Finish"/> turns it into the 16-bit number
/// that goes into a header field, big-endian. Checksum arguments and results are such numbers.
/// </remarks>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a running sum.</summary>
    /// <param name="sum">The sum so far; 0 to begin.</param>
    /// <param name="data">Bytes of any length and alignment. An odd last byte counts as if a zero followed it.</param>
    /// <param name="odd">True when an odd number of bytes precedes <paramref name="data"/> in the message, as in a chain whose
    /// buffers have odd lengths.</param>
    /// <returns>The new sum, below 2^42.</returns>
    public static ulong Accumulate(ulong sum, ReadOnlySpan<byte> data, bool odd = false)
    {
        ulong local = FoldTo33(Sum(data));

        // Data at an odd place has its bytes the other way round; swapping the bytes of a 16-bit sum is the same as
        // multiplying by 256, because 65536 is 1 modulo 65535.
        return FoldTo33(sum) + (odd ? local << 8 : local);
    }

    /// <summary>Adds a 16-bit number, as it would stand in a header, to a running sum.</summary>
    /// <param name="sum">The sum so far.</param>
    /// <param name="value">The number, such as a length.</param>
    /// <returns>The new sum.</returns>
    public static ulong AddWord(ulong sum, ushort value) => FoldTo33(sum) + ToMemoryOrder(value);

    /// <summary>Reduces a running sum to the 16-bit ones'-complement sum, without the final complement.</summary>
    /// <param name="sum">The running sum.</param>
    /// <returns>The sum; of a message with a right checksum it is 0xffff. A pseudo-header's is the seed that checksum
    /// offloads expect in the checksum field.</returns>
    public static ushort Fold(ulong sum)
    {
        // At most 2^33 - 2 after the first step, so that the second cannot carry out of 32 bits.
        ulong partial = FoldTo33(sum);
        uint word = (uint)partial + (uint)(partial >> 32);
        ushort folded = (ushort)((word + BitOperations.RotateLeft(word, 16)) >> 16);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(folded) : folded;
    }

    /// <summary>Reduces a running sum to a checksum: the complement of <see cref="Fold"/>.</summary>
    /// <param name="sum">The running sum.</param>
    /// <returns>The checksum.</returns>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>Computes the checksum of one contiguous message.</summary>
    /// <param name="data">The message, its checksum field zero.</param>
    /// <returns>The checksum.</returns>
    public static ushort Compute(ReadOnlySpan<byte> data) => Finish(Sum(data));

    /// <summary>Tells whether a message that contains its own checksum is intact.</summary>
    /// <param name="data">The message with its checksum field as received.</param>
    /// <param name="pseudoHeaderSum">The running sum of a pseudo-header, or 0.</param>
    /// <returns>True when the sum is 0xffff.</returns>
    public static bool IsValid(ReadOnlySpan<byte> data, ulong pseudoHeaderSum = 0) => Fold(Accumulate(pseudoHeaderSum, data)) == 0xffff;

    /// <summary>The running sum of an IPv4 pseudo-header (RFC 9293 §3.1, RFC 768).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="protocol">The upper-layer protocol.</param>
    /// <param name="length">Bytes of upper-layer header and payload.</param>
    /// <returns>The running sum.</returns>
    public static ulong PseudoHeader(IPv4Address source, IPv4Address destination, IpProtocol protocol, ushort length) =>
        ToMemoryOrder((ulong)source.Value + destination.Value + (uint)protocol + length);

    /// <summary>The running sum of an IPv6 pseudo-header (RFC 8200 §8.1).</summary>
    /// <param name="source">Source address.</param>
    /// <param name="destination">The final destination: with a routing header, its last address.</param>
    /// <param name="protocol">The upper-layer protocol, not that of an extension header.</param>
    /// <param name="length">Bytes of upper-layer header and payload.</param>
    /// <returns>The running sum.</returns>
    public static ulong PseudoHeader(in IPv6Address source, in IPv6Address destination, IpProtocol protocol, uint length)
    {
        ulong addresses = FoldTo33(source.High) + FoldTo33(source.Low) + FoldTo33(destination.High) + FoldTo33(destination.Low);
        return ToMemoryOrder(addresses + (uint)protocol + length);
    }

    /// <summary>Adjusts a checksum to a changed 16-bit field (RFC 1624 §3, equation 3).</summary>
    /// <param name="checksum">The checksum before the change.</param>
    /// <param name="before">The field's old value.</param>
    /// <param name="after">The field's new value.</param>
    /// <returns>The checksum after the change. For UDP the caller treats 0 before and after specially (RFC 768).</returns>
    public static ushort Update(ushort checksum, ushort before, ushort after)
    {
        uint sum = (uint)(ushort)~checksum + (ushort)~before + after;
        sum = (sum & 0xffff) + (sum >> 16);
        sum += sum >> 16;
        return (ushort)~sum;
    }

    /// <summary>Adjusts a checksum to a changed 32-bit field, such as an IPv4 address (RFC 1624 §3, equation 3).</summary>
    /// <param name="checksum">The checksum before the change.</param>
    /// <param name="before">The field's old value.</param>
    /// <param name="after">The field's new value.</param>
    /// <returns>The checksum after the change.</returns>
    public static ushort Update(ushort checksum, uint before, uint after) =>
        Update(Update(checksum, (ushort)(before >> 16), (ushort)(after >> 16)), (ushort)before, (ushort)after);

    private static ulong FoldTo33(ulong sum) => (uint)sum + (sum >> 32);

    // The sum was built from numbers; the running sum is in memory order, which differs by a byte swap of the 16-bit value.
    private static ulong ToMemoryOrder(ulong sum) => BitConverter.IsLittleEndian ? FoldTo33(sum) << 8 : sum;

    private static ulong Sum(ReadOnlySpan<byte> data)
    {
        // 32-bit words are added up in 64-bit lanes: 2^32 is 1 modulo 65535, and no span is long enough to overflow a lane
        // or the sum of all lanes (2^29 words of less than 2^32 each).
        ulong sum = 0;
        if (Vector512.IsHardwareAccelerated && data.Length >= 2 * Vector512<byte>.Count)
        {
            sum = Sum512(ref data);
        }
        else if (Vector256.IsHardwareAccelerated && data.Length >= 2 * Vector256<byte>.Count)
        {
            sum = Sum256(ref data);
        }
        else if (Vector128.IsHardwareAccelerated && data.Length >= 4 * Vector128<byte>.Count)
        {
            sum = Sum128(ref data);
        }

        return sum + SumScalar(data);
    }

    private static ulong Sum512(ref ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(data);
        Vector512<ulong> mask = Vector512.Create((ulong)uint.MaxValue);
        Vector512<ulong> low = Vector512<ulong>.Zero;
        Vector512<ulong> high = Vector512<ulong>.Zero;
        foreach (Vector512<ulong> vector in vectors)
        {
            low += vector & mask;
            high += vector >>> 32;
        }

        data = data[(vectors.Length * Vector512<byte>.Count)..];
        return Vector512.Sum(low + high);
    }

    private static ulong Sum256(ref ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(data);
        Vector256<ulong> mask = Vector256.Create((ulong)uint.MaxValue);
        Vector256<ulong> low = Vector256<ulong>.Zero;
        Vector256<ulong> high = Vector256<ulong>.Zero;
        foreach (Vector256<ulong> vector in vectors)
        {
            low += vector & mask;
            high += vector >>> 32;
        }

        data = data[(vectors.Length * Vector256<byte>.Count)..];
        return Vector256.Sum(low + high);
    }

    private static ulong Sum128(ref ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> vectors = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> mask = Vector128.Create((ulong)uint.MaxValue);
        Vector128<ulong> low = Vector128<ulong>.Zero;
        Vector128<ulong> high = Vector128<ulong>.Zero;
        foreach (Vector128<ulong> vector in vectors)
        {
            low += vector & mask;
            high += vector >>> 32;
        }

        data = data[(vectors.Length * Vector128<byte>.Count)..];
        return Vector128.Sum(low + high);
    }

    private static ulong SumScalar(ReadOnlySpan<byte> data)
    {
        ulong sum = 0;
        while (data.Length >= sizeof(ulong))
        {
            ulong word = MemoryMarshal.Read<ulong>(data);
            sum += (uint)word + (word >> 32);
            data = data[sizeof(ulong)..];
        }

        if ((data.Length & sizeof(uint)) != 0)
        {
            sum += MemoryMarshal.Read<uint>(data);
            data = data[sizeof(uint)..];
        }

        if ((data.Length & sizeof(ushort)) != 0)
        {
            sum += MemoryMarshal.Read<ushort>(data);
            data = data[sizeof(ushort)..];
        }

        if (!data.IsEmpty)
        {
            sum += BitConverter.IsLittleEndian ? data[0] : (uint)data[0] << 8;
        }

        return sum;
    }
}
