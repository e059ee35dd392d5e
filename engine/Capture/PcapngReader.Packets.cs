using System.Runtime.CompilerServices;

namespace PollIO.Capture;

/// <content>Packets, and what can be wrong with them and their blocks.</content>
internal sealed partial class PcapngReader
{
    /// <summary>Reads an enhanced packet block (§4.3) or an obsolete packet block (appendix A); they differ in their interface id.</summary>
    private bool TryReadPacket(
        long offset, ReadOnlySpan<byte> block, uint interfaceId, out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        record = default;
        data = default;
        if (interfaceId >= (uint)_interfaceCount)
        {
            return UndefinedInterface(offset, interfaceId);
        }

        ref readonly PcapngInterface source = ref _interfaces[interfaceId];
        if (source.LinkType != LinkType.Ethernet)
        {
            return NotEthernet(offset, interfaceId, source.LinkType);
        }

        uint captured = _order.UInt32(block, PcapngSpec.PacketCapturedLengthOffset);
        uint original = Math.Max(captured, _order.UInt32(block, PcapngSpec.PacketOriginalLengthOffset));
        if (captured > MaxCapturedLength
            || original > int.MaxValue
            || PcapngSpec.Pad((int)captured) > block.Length - PcapngSpec.MinPacketLength)
        {
            return AbsurdPacketLength(offset, captured, original, block.Length);
        }

        int optionsOffset = PcapngSpec.PacketDataOffset + PcapngSpec.Pad((int)captured);
        ReadOnlySpan<byte> options = block[optionsOffset..^PcapngSpec.BlockTrailerLength];
        PacketDirection direction = PacketDirection.Unknown;
        if (!options.IsEmpty && !TryReadDirection(offset, options, out direction))
        {
            return false;
        }

        ulong units = ((ulong)_order.UInt32(block, PcapngSpec.PacketTimestampHighOffset) << 32)
            | _order.UInt32(block, PcapngSpec.PacketTimestampLowOffset);
        bool hasTimestamp = source.Unit.TryToNanoseconds(units, out long timestamp);
        record = new CaptureRecord(timestamp, hasTimestamp, (int)captured, (int)original, (int)interfaceId, direction);
        data = block.Slice(PcapngSpec.PacketDataOffset, (int)captured);
        return true;
    }

    /// <summary>Reads a simple packet block (§4.4): no time stamp, and interface 0, whose snapshot length cut it.</summary>
    private bool TryReadSimplePacket(
        long offset, ReadOnlySpan<byte> block, out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        record = default;
        data = default;
        if (_interfaceCount == 0)
        {
            return UndefinedInterface(offset, 0);
        }

        ref readonly PcapngInterface source = ref _interfaces[0];
        if (source.LinkType != LinkType.Ethernet)
        {
            return NotEthernet(offset, 0, source.LinkType);
        }

        uint original = _order.UInt32(block, PcapngSpec.SimpleOriginalLengthOffset);
        uint captured = source.SnapLength == 0 ? original : Math.Min(original, source.SnapLength);
        if (captured > MaxCapturedLength
            || original > int.MaxValue
            || PcapngSpec.Pad((int)captured) > block.Length - PcapngSpec.MinSimplePacketLength)
        {
            return AbsurdPacketLength(offset, captured, original, block.Length);
        }

        record = new CaptureRecord(0, false, (int)captured, (int)original, 0, PacketDirection.Unknown);
        data = block.Slice(PcapngSpec.SimpleDataOffset, (int)captured);
        return true;
    }

    private bool TryReadDirection(long offset, ReadOnlySpan<byte> bytes, out PacketDirection direction)
    {
        direction = PacketDirection.Unknown;
        var options = new PcapngOptions(bytes, _order);
        while (options.TryNext(out ushort code, out ReadOnlySpan<byte> value))
        {
            if (code != PcapngSpec.epb_flags)
            {
                continue;
            }

            if (value.Length != sizeof(uint))
            {
                return WrongFlagsLength(offset, value.Length);
            }

            uint bits = _order.UInt32(value, 0) & PcapngSpec.DirectionMask;
            direction = bits <= (uint)PacketDirection.Outbound ? (PacketDirection)bits : PacketDirection.Unknown;
        }

        return !options.Malformed || MalformedOptions(offset);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool UndefinedInterface(long offset, uint id) =>
        Stop(CaptureStatus.Corrupt, offset, $"the packet is of interface {id}, and the section has described {_interfaceCount} so far");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool NotEthernet(long offset, uint id, int linkType) =>
        Stop(CaptureStatus.Unsupported, offset, $"the packet is of interface {id} with link type {LinkType.DescribeRefused(linkType)}");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AbsurdPacketLength(long offset, uint captured, uint original, int blockLength)
    {
        string reason = captured > MaxCapturedLength
            ? $"captured length {captured} is more than the {MaxCapturedLength} bytes a packet may have"
            : original > int.MaxValue
                ? $"original length {original} is absurd"
                : $"captured length {captured} does not fit its block of {blockLength} bytes";
        return Stop(CaptureStatus.Corrupt, offset, reason);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool AbsurdBlockLength(long offset, uint length, int minLength)
    {
        string reason = (length & 3) != 0
            ? "is not a multiple of 4"
            : length < minLength
                ? $"is less than the {minLength} bytes its type has"
                : $"is more than the {CaptureFile.MaxPeek} bytes supported for its type";
        return Stop(CaptureStatus.Corrupt, offset, $"block length {length} {reason}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LengthsDiffer(long offset, uint length, uint trailer) =>
        Stop(CaptureStatus.Corrupt, offset, $"the block's length is {length} at its start and {trailer} at its end");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool WrongFlagsLength(long offset, int length) =>
        Stop(CaptureStatus.Corrupt, offset, $"the packet's flags option has {length} bytes instead of 4");

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MalformedOptions(long offset) => Stop(CaptureStatus.Corrupt, offset, "an option does not fit its block");
}
