using System.Runtime.CompilerServices;

namespace PollIO.Capture;

/// <summary>Reads pcap files of version 2.4 (draft-ietf-opsawg-pcap).</summary>
/// <remarks>A frame check sequence, where the file says that frames end with one, stays part of the packet.</remarks>
internal sealed class PcapReader : CaptureReader
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private const long NanosecondsPerMicrosecond = 1_000;

    private readonly FileByteOrder _order;
    private readonly long _fractionScale;

    internal PcapReader(CaptureFile file, bool bigEndian, bool nanoseconds)
        : base(file)
    {
        _order = new FileByteOrder(bigEndian);
        _fractionScale = nanoseconds ? 1 : NanosecondsPerMicrosecond;
        Format = nanoseconds ? CaptureFormat.PcapNanoseconds : CaptureFormat.PcapMicroseconds;
    }

    public override CaptureFormat Format { get; }

    private protected override void ReadFileHeader()
    {
        if (!File.TryPeek(PcapSpec.FileHeaderLength, out ReadOnlySpan<byte> header))
        {
            throw HeaderUnreadable($"{PcapSpec.FileHeaderLength}-byte pcap file header");
        }

        ushort major = _order.UInt16(header, PcapSpec.MajorVersionOffset);
        ushort minor = _order.UInt16(header, PcapSpec.MinorVersionOffset);
        if (major != PcapSpec.MajorVersion || minor != PcapSpec.MinorVersion)
        {
            throw new PollIOException(OpenOperation, Name, $"is of pcap version {major}.{minor}, only version 2.4 is supported");
        }

        uint linkField = _order.UInt32(header, PcapSpec.LinkTypeOffset);
        if ((linkField & PcapSpec.ReservedMask) != 0)
        {
            throw new PollIOException(OpenOperation, Name, $"has reserved bits set in its link type field, 0x{linkField:x8}");
        }

        int linkType = (int)(linkField & PcapSpec.LinkTypeMask);
        if (linkType != LinkType.Ethernet)
        {
            throw new PollIOException(OpenOperation, Name, $"has link type {LinkType.DescribeRefused(linkType)}");
        }

        File.Advance(PcapSpec.FileHeaderLength);
    }

    private protected override bool TryReadRecord(out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        record = default;
        data = default;
        long offset = File.Offset;
        if (!File.TryPeek(PcapSpec.RecordHeaderLength, out ReadOnlySpan<byte> bytes))
        {
            return StopBetweenRecords(offset, "record's header");
        }

        uint captured = _order.UInt32(bytes, PcapSpec.CapturedLengthOffset);
        uint original = Math.Max(captured, _order.UInt32(bytes, PcapSpec.OriginalLengthOffset));
        if (captured > MaxCapturedLength || original > int.MaxValue)
        {
            return AbsurdLength(offset, captured, original);
        }

        // 32-bit seconds and a fraction of up to 2^32 microseconds stay far below 2^63 nanoseconds.
        long timestamp = (_order.UInt32(bytes, PcapSpec.SecondsOffset) * NanosecondsPerSecond)
            + (_order.UInt32(bytes, PcapSpec.FractionOffset) * _fractionScale);

        int length = PcapSpec.RecordHeaderLength + (int)captured;
        if (!File.TryPeek(length, out bytes))
        {
            return StopInside(offset, "record");
        }

        File.Advance(length);
        record = new CaptureRecord(timestamp, true, (int)captured, (int)original, 0, PacketDirection.Unknown);
        data = bytes[PcapSpec.RecordHeaderLength..];
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AbsurdLength(long offset, uint captured, uint original) => Stop(
        CaptureStatus.Corrupt,
        offset,
        captured > MaxCapturedLength
            ? $"captured length {captured} is more than the {MaxCapturedLength} bytes a packet may have"
            : $"original length {original} is absurd");
}
