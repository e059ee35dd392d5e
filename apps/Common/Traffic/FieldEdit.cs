using System.Buffers.Binary;

namespace PollIO.Apps.Common.Traffic;

/// <summary>How one field is written in each frame: its place, its value in the first flow, and which checksums cover it.</summary>
internal readonly struct FieldEdit
{
    private readonly int _offset;
    private readonly uint _first;
    private readonly ulong _inIPv4Header;
    private readonly ulong _inTransport;
    private readonly bool _isWide;

    internal FieldEdit(FrameRecipe recipe, Field field, ReadOnlySpan<byte> frame)
    {
        _offset = OffsetOf(recipe, field);
        bool address = field is Field.SourceAddress or Field.DestinationAddress;
        bool mac = field is Field.SourceMac or Field.DestinationMac;
        _isWide = address || mac;
        _inIPv4Header = address && !recipe.IsIPv6 ? ulong.MaxValue : 0;
        _inTransport = !mac && (!address || recipe.HasPseudoHeader) ? ulong.MaxValue : 0;
        _first = _isWide ? BinaryPrimitives.ReadUInt32BigEndian(frame[_offset..]) : BinaryPrimitives.ReadUInt16BigEndian(frame[_offset..]);
    }

    /// <summary>What a sum loses when the field is taken out of it: RFC 1624's ~m, of every word.</summary>
    internal ulong Complement => _isWide ? (ushort)~(_first >> 16) + (ulong)(ushort)~_first : (ushort)~_first;

    internal ulong IPv4HeaderMask => _inIPv4Header;

    internal ulong TransportMask => _inTransport;

    /// <summary>Writes the field's value in a flow and adds it to the sums that cover it.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="step">What the flow's value is above the first flow's.</param>
    /// <param name="header">The sum of the IPv4 header.</param>
    /// <param name="transport">The sum of the transport header, pseudo-header and payload.</param>
    internal void Apply(Span<byte> frame, uint step, ref ulong header, ref ulong transport)
    {
        uint value = _first + step;
        if (_isWide)
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame[_offset..], value);
        }
        else
        {
            value = (ushort)value;
            BinaryPrimitives.WriteUInt16BigEndian(frame[_offset..], (ushort)value);
        }

        // 65536 is 1 modulo 65535: two words added as one number of 32 bits give the same sum.
        header += value & _inIPv4Header;
        transport += value & _inTransport;
    }

    private static int OffsetOf(FrameRecipe recipe, Field field) => field switch
    {
        Field.SourcePort => recipe.L4Offset + (recipe.Protocol == Protocol.Icmp ? 4 : 0),
        Field.DestinationPort => recipe.L4Offset + 2,
        Field.SourceAddress => recipe.L3Offset + (recipe.IsIPv6 ? 20 : 12),
        Field.DestinationAddress => recipe.L3Offset + (recipe.IsIPv6 ? 36 : 16),
        Field.SourceMac => 8,
        _ => 2,
    };
}
