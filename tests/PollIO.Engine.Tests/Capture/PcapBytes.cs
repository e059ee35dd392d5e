namespace PollIO.Tests.Capture;

/// <summary>A pcap file built field by field.</summary>
internal sealed class PcapBytes
{
    internal const uint Microseconds = 0xA1B2C3D4;
    internal const uint Nanoseconds = 0xA1B23C4D;

    private readonly ByteWriter _file;

    internal PcapBytes(
        bool bigEndian = false, uint magic = Microseconds, uint linkType = 1, ushort major = 2, ushort minor = 4, uint snapLength = 65535)
    {
        _file = new ByteWriter(bigEndian).U32(magic).U16(major).U16(minor).U32(0).U32(0).U32(snapLength).U32(linkType);
    }

    internal int Length => _file.Length;

    internal PcapBytes Record(uint seconds, uint fraction, ReadOnlySpan<byte> data, uint? original = null, uint? captured = null)
    {
        _file.U32(seconds).U32(fraction).U32(captured ?? (uint)data.Length).U32(original ?? (uint)data.Length).Raw(data);
        return this;
    }

    internal byte[] ToArray() => _file.ToArray();
}
