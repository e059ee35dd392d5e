using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO.Wire;

/// <summary>
/// Big-endian loads and stores without bounds checks. The views check a header's length once, when they are made, and
/// reach its fields through these.
/// </summary>
/// <remarks>
/// Precondition of every member: <c>offset + size</c> lies within the span. A default view holds a null reference, so
/// reading one faults as a NullReferenceException and never reaches other memory.
/// </remarks>
internal static class WireBytes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte ReadByteUnchecked(ReadOnlySpan<byte> bytes, int offset) =>
        Unsafe.Add(ref MemoryMarshal.GetReference(bytes), offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ushort ReadUInt16Unchecked(ReadOnlySpan<byte> bytes, int offset)
    {
        ushort raw = ReadRawUnchecked<ushort>(bytes, offset);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(raw) : raw;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint ReadUInt32Unchecked(ReadOnlySpan<byte> bytes, int offset)
    {
        uint raw = ReadRawUnchecked<uint>(bytes, offset);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(raw) : raw;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ReadUInt64Unchecked(ReadOnlySpan<byte> bytes, int offset)
    {
        ulong raw = ReadRawUnchecked<ulong>(bytes, offset);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(raw) : raw;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static MacAddress ReadMacUnchecked(ReadOnlySpan<byte> bytes, int offset) =>
        ReadRawUnchecked<MacAddress>(bytes, offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static IPv4Address ReadIPv4Unchecked(ReadOnlySpan<byte> bytes, int offset) =>
        new(ReadUInt32Unchecked(bytes, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static IPv6Address ReadIPv6Unchecked(ReadOnlySpan<byte> bytes, int offset) =>
        new(ReadUInt64Unchecked(bytes, offset), ReadUInt64Unchecked(bytes, offset + sizeof(ulong)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteByteUnchecked(Span<byte> bytes, int offset, byte value) =>
        Unsafe.Add(ref MemoryMarshal.GetReference(bytes), offset) = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteUInt16Unchecked(Span<byte> bytes, int offset, ushort value) =>
        WriteRawUnchecked(bytes, offset, BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteUInt32Unchecked(Span<byte> bytes, int offset, uint value) =>
        WriteRawUnchecked(bytes, offset, BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteUInt64Unchecked(Span<byte> bytes, int offset, ulong value) =>
        WriteRawUnchecked(bytes, offset, BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteMacUnchecked(Span<byte> bytes, int offset, MacAddress value) =>
        WriteRawUnchecked(bytes, offset, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteIPv4Unchecked(Span<byte> bytes, int offset, IPv4Address value) =>
        WriteUInt32Unchecked(bytes, offset, value.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void WriteIPv6Unchecked(Span<byte> bytes, int offset, IPv6Address value)
    {
        WriteUInt64Unchecked(bytes, offset, value.High);
        WriteUInt64Unchecked(bytes, offset + sizeof(ulong), value.Low);
    }

    // SAFETY: the caller has established offset + sizeof(T) <= bytes.Length; unaligned access is asked for explicitly.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ReadRawUnchecked<T>(ReadOnlySpan<byte> bytes, int offset)
        where T : unmanaged =>
        Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), offset));

    // SAFETY: as above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRawUnchecked<T>(Span<byte> bytes, int offset, T value)
        where T : unmanaged =>
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), offset), value);
}
