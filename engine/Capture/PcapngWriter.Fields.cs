using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace PollIO.Capture;

/// <content>The fields that all blocks are made of.</content>
public sealed partial class PcapngWriter
{
    private static int OptionLength(string? text) =>
        text is null ? 0 : PcapngSpec.OptionHeaderLength + PcapngSpec.Pad(Encoding.UTF8.GetByteCount(text));

    private int BeginBlock(uint type, int length)
    {
        int start = _used;
        PutUInt32(type);
        PutUInt32((uint)length);
        return start;
    }

    private void EndBlock(int start, int length)
    {
        PutUInt32((uint)length);
        Debug.Assert(_used == start + length, "the block's fields fill its stated length");
    }

    private void PutTimestamp(long timestampNs)
    {
        ulong units = (ulong)Math.Max(timestampNs, 0);
        PutUInt32((uint)(units >> 32));
        PutUInt32((uint)units);
    }

    private void PutCounter(ushort code, long value)
    {
        PutUInt16(code);
        PutUInt16(sizeof(ulong));
        PutUInt64((ulong)value);
    }

    private void PutOption(ushort code, string? text)
    {
        if (text is null)
        {
            return;
        }

        int length = Encoding.UTF8.GetByteCount(text);
        PutUInt16(code);
        PutUInt16((ushort)length);
        _used += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used, length));
        PutPadding();
    }

    // Blocks start at multiples of 4 in the buffer, so its fill level alone tells what is missing.
    private void PutPadding()
    {
        int end = PcapngSpec.Pad(_used);
        _buffer.AsSpan(_used, end - _used).Clear();
        _used = end;
    }

    private void PutUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(_used), value);
        _used += sizeof(ushort);
    }

    private void PutUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_used), value);
        _used += sizeof(uint);
    }

    private void PutUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.AsSpan(_used), value);
        _used += sizeof(ulong);
    }

    private static void RequireOptionLength(string? text, [CallerArgumentExpression(nameof(text))] string? name = null)
    {
        if (text is not null && Encoding.UTF8.GetByteCount(text) > ushort.MaxValue)
        {
            throw new ArgumentException($"the text is longer than the {ushort.MaxValue} bytes of a pcapng option", name);
        }
    }
}
