using System.Buffers.Binary;

namespace PollIO.Capture;

/// <summary>Reads the numbers of a file or section in the byte order of the machine that wrote it.</summary>
internal readonly struct FileByteOrder(bool bigEndian)
{
    internal ushort UInt16(ReadOnlySpan<byte> bytes, int offset) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    internal uint UInt32(ReadOnlySpan<byte> bytes, int offset) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    internal long Int64(ReadOnlySpan<byte> bytes, int offset) =>
        bigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes[offset..]) : BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);
}
