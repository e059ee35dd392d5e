using System.Buffers.Binary;

namespace PollIO.Tests.Capture;

/// <summary>Builds files by hand in either byte order, without any of the code under test.</summary>
internal sealed class ByteWriter(bool bigEndian = false)
{
    private readonly List<byte> _bytes = [];

    internal int Length => _bytes.Count;

    internal byte[] ToArray() => [.. _bytes];

    internal ByteWriter U8(byte value) => Raw([value]);

    internal ByteWriter U16(ushort value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        }

        return Raw(bytes);
    }

    internal ByteWriter U32(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        if (bigEndian)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        }

        return Raw(bytes);
    }

    internal ByteWriter I64(long value)
    {
        uint high = (uint)(value >> 32);
        uint low = (uint)value;
        return bigEndian ? U32(high).U32(low) : U32(low).U32(high);
    }

    internal ByteWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    internal ByteWriter PadTo32Bits()
    {
        while (_bytes.Count % 4 != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }
}
