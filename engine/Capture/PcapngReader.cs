namespace PollIO.Capture;

/// <summary>
/// Reads pcapng files of version 1.0 (draft-ietf-opsawg-pcapng): any number of sections and interfaces, and packets in enhanced, simple
/// and obsolete packet blocks. Other blocks are passed over. This part follows the blocks; PcapngReader.Packets.cs reads packets.
/// </summary>
/// <remarks>
/// A section of another version is refused rather than passed over, and so is a packet that is not Ethernet: a capture replayed with
/// packets missing and nothing said would be worse than an error.
/// </remarks>
internal sealed partial class PcapngReader(CaptureFile file) : CaptureReader(file)
{
    private const int MaxInterfaces = 65536;
    private const int InitialInterfaces = 4;

    private FileByteOrder _order;
    private PcapngInterface[] _interfaces = new PcapngInterface[InitialInterfaces];
    private int _interfaceCount;

    public override CaptureFormat Format => CaptureFormat.Pcapng;

    private protected override void ReadFileHeader()
    {
        if (TryReadSectionHeader(0))
        {
            return;
        }

        throw Status == CaptureStatus.Truncated ? HeaderUnreadable("first pcapng section header") : Error!;
    }

    private protected override bool TryReadRecord(out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        record = default;
        data = default;
        while (true)
        {
            long offset = File.Offset;
            if (!File.TryPeek(PcapngSpec.BlockHeaderLength, out ReadOnlySpan<byte> header))
            {
                return StopBetweenRecords(offset, "block's header");
            }

            uint length = _order.UInt32(header, PcapngSpec.BlockLengthOffset);
            switch (_order.UInt32(header, PcapngSpec.BlockTypeOffset))
            {
                case PcapngSpec.EPB:
                    return TryTakeBlock(offset, length, PcapngSpec.MinPacketLength, out ReadOnlySpan<byte> enhanced)
                        && TryReadPacket(offset, enhanced, _order.UInt32(enhanced, PcapngSpec.PacketInterfaceOffset), out record, out data);
                case PcapngSpec.SPB:
                    return TryTakeBlock(offset, length, PcapngSpec.MinSimplePacketLength, out ReadOnlySpan<byte> simple)
                        && TryReadSimplePacket(offset, simple, out record, out data);
                case PcapngSpec.PB:
                    return TryTakeBlock(offset, length, PcapngSpec.MinPacketLength, out ReadOnlySpan<byte> obsolete)
                        && TryReadPacket(offset, obsolete, _order.UInt16(obsolete, PcapngSpec.PacketInterfaceOffset), out record, out data);
                case PcapngSpec.SHB when TryReadSectionHeader(offset):
                case PcapngSpec.IDB when TryReadInterface(offset, length):
                    break;
                case PcapngSpec.SHB:
                case PcapngSpec.IDB:
                    return false;
                default:
                    if (!TrySkipBlock(offset, length))
                    {
                        return false;
                    }

                    break;
            }
        }
    }

    private bool TryReadSectionHeader(long offset)
    {
        if (!File.TryPeek(PcapngSpec.MinSectionHeaderLength, out ReadOnlySpan<byte> header))
        {
            return StopInside(offset, "section header");
        }

        // The byte order holds for this block's own length too, so the magic comes first.
        if (new FileByteOrder(bigEndian: false).UInt32(header, PcapngSpec.ByteOrderMagicOffset) == PcapngSpec.ByteOrderMagic)
        {
            _order = new FileByteOrder(bigEndian: false);
        }
        else if (new FileByteOrder(bigEndian: true).UInt32(header, PcapngSpec.ByteOrderMagicOffset) == PcapngSpec.ByteOrderMagic)
        {
            _order = new FileByteOrder(bigEndian: true);
        }
        else
        {
            string found = Convert.ToHexStringLower(header.Slice(PcapngSpec.ByteOrderMagicOffset, sizeof(uint)));
            return Stop(CaptureStatus.Corrupt, offset, $"the section header's byte-order magic is {found}");
        }

        ushort major = _order.UInt16(header, PcapngSpec.MajorVersionOffset);
        ushort minor = _order.UInt16(header, PcapngSpec.MinorVersionOffset);
        if (major != PcapngSpec.MajorVersion || (minor != PcapngSpec.MinorVersion && minor != PcapngSpec.EquivalentMinorVersion))
        {
            string reason = $"the section is of pcapng version {major}.{minor}, only version 1.0 is supported";
            return Stop(CaptureStatus.Unsupported, offset, reason);
        }

        uint length = _order.UInt32(header, PcapngSpec.BlockLengthOffset);
        if (!TryTakeBlock(offset, length, PcapngSpec.MinSectionHeaderLength, out ReadOnlySpan<byte> block))
        {
            return false;
        }

        var options = new PcapngOptions(block[PcapngSpec.SectionOptionsOffset..^PcapngSpec.BlockTrailerLength], _order);
        while (options.TryNext(out _, out _))
        {
        }

        _interfaceCount = 0;
        return !options.Malformed || MalformedOptions(offset);
    }

    private bool TryReadInterface(long offset, uint length)
    {
        if (!TryTakeBlock(offset, length, PcapngSpec.MinInterfaceLength, out ReadOnlySpan<byte> block))
        {
            return false;
        }

        byte resolution = PcapngSpec.DefaultResolution;
        long timestampOffset = 0;
        var options = new PcapngOptions(block[PcapngSpec.InterfaceOptionsOffset..^PcapngSpec.BlockTrailerLength], _order);
        while (options.TryNext(out ushort code, out ReadOnlySpan<byte> value))
        {
            if (code == PcapngSpec.if_tsresol)
            {
                if (value.Length != sizeof(byte))
                {
                    return Stop(CaptureStatus.Corrupt, offset, $"the interface's if_tsresol option has {value.Length} bytes instead of 1");
                }

                resolution = value[0];
            }
            else if (code == PcapngSpec.if_tsoffset)
            {
                if (value.Length != sizeof(long))
                {
                    return Stop(CaptureStatus.Corrupt, offset, $"the interface's if_tsoffset option has {value.Length} bytes instead of 8");
                }

                timestampOffset = _order.Int64(value, 0);
            }
        }

        if (options.Malformed)
        {
            return MalformedOptions(offset);
        }

        if (_interfaceCount == MaxInterfaces)
        {
            return Stop(CaptureStatus.Corrupt, offset, $"the section describes more than {MaxInterfaces} interfaces");
        }

        if (_interfaceCount == _interfaces.Length)
        {
            Array.Resize(ref _interfaces, _interfaceCount * 2);
        }

        _interfaces[_interfaceCount++] = new PcapngInterface(
            _order.UInt16(block, PcapngSpec.InterfaceLinkTypeOffset),
            _order.UInt32(block, PcapngSpec.InterfaceSnapLenOffset),
            TimestampUnit.From(resolution, timestampOffset));
        return true;
    }

    /// <summary>Takes a whole block whose length is sound at both of its ends.</summary>
    private bool TryTakeBlock(long offset, uint length, int minLength, out ReadOnlySpan<byte> block)
    {
        block = default;
        if (length < minLength || length > CaptureFile.MaxPeek || (length & 3) != 0)
        {
            return AbsurdBlockLength(offset, length, minLength);
        }

        if (!File.TryPeek((int)length, out block))
        {
            return StopInside(offset, "block");
        }

        File.Advance((int)length);
        uint trailer = _order.UInt32(block, block.Length - PcapngSpec.BlockTrailerLength);
        return trailer == length || LengthsDiffer(offset, length, trailer);
    }

    /// <summary>Passes over a block of any length without reading it, its ends excepted.</summary>
    private bool TrySkipBlock(long offset, uint length)
    {
        if (length < PcapngSpec.MinBlockLength || (length & 3) != 0)
        {
            return AbsurdBlockLength(offset, length, PcapngSpec.MinBlockLength);
        }

        if (!File.TrySkip(length - PcapngSpec.BlockTrailerLength)
            || !File.TryPeek(PcapngSpec.BlockTrailerLength, out ReadOnlySpan<byte> end))
        {
            return StopInside(offset, "block");
        }

        uint trailer = _order.UInt32(end, 0);
        File.Advance(PcapngSpec.BlockTrailerLength);
        return trailer == length || LengthsDiffer(offset, length, trailer);
    }
}
