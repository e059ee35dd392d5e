namespace PollIO.Tests.Capture;

/// <summary>A pcapng section built block by block; sections concatenate into files.</summary>
internal sealed class PcapngBytes(bool bigEndian = false)
{
    private readonly ByteWriter _file = new(bigEndian);

    internal int Length => _file.Length;

    internal byte[] ToArray() => _file.ToArray();

    internal PcapngBytes Block(uint type, byte[] body, uint? length = null, uint? trailer = null)
    {
        uint total = (uint)(12 + body.Length);
        _file.U32(type).U32(length ?? total).Raw(body).U32(trailer ?? length ?? total);
        return this;
    }

    internal PcapngBytes SectionHeader(ushort major = 1, ushort minor = 0, uint magic = 0x1A2B3C4D, byte[]? options = null) =>
        Block(0x0A0D0D0A, Fields().U32(magic).U16(major).U16(minor).I64(-1).Raw(options).ToArray());

    internal PcapngBytes Interface(ushort linkType = 1, uint snapLength = 0, byte[]? options = null) =>
        Block(1, Fields().U16(linkType).U16(0).U32(snapLength).Raw(options).ToArray());

    internal PcapngBytes TimedInterface(byte resolution, long offsetSeconds = 0) => Interface(options: [
        .. Option(9, [resolution]),
        .. Option(14, Fields().I64(offsetSeconds).ToArray()),
        .. Option(0, [])]);

    internal PcapngBytes Enhanced(
        ulong units, ReadOnlySpan<byte> data, uint interfaceId = 0, uint? original = null, uint? captured = null, byte[]? options = null) =>
        Block(6, Fields()
            .U32(interfaceId).U32((uint)(units >> 32)).U32((uint)units)
            .U32(captured ?? (uint)data.Length).U32(original ?? (uint)data.Length)
            .Raw(data).PadTo32Bits().Raw(options).ToArray());

    internal PcapngBytes Simple(ReadOnlySpan<byte> data, uint? original = null) =>
        Block(3, Fields().U32(original ?? (uint)data.Length).Raw(data).PadTo32Bits().ToArray());

    internal PcapngBytes Obsolete(ulong units, ReadOnlySpan<byte> data, ushort interfaceId = 0, ushort drops = 0, byte[]? options = null) =>
        Block(2, Fields()
            .U16(interfaceId).U16(drops).U32((uint)(units >> 32)).U32((uint)units)
            .U32((uint)data.Length).U32((uint)data.Length)
            .Raw(data).PadTo32Bits().Raw(options).ToArray());

    internal byte[] Option(ushort code, byte[] value) => Fields().U16(code).U16((ushort)value.Length).Raw(value).PadTo32Bits().ToArray();

    internal byte[] Flags(uint flags) => [.. Option(2, Fields().U32(flags).ToArray()), .. Option(0, [])];

    private ByteWriter Fields() => new(bigEndian);
}
