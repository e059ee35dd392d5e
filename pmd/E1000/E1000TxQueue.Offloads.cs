using System.Runtime.CompilerServices;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000DescriptorFields;

namespace PollIO.Pmd.E1000;

/// <summary>Everything that is not one plain segment: chains, tags, checksums, foreign pools, and what can never be sent.</summary>
internal sealed unsafe partial class E1000TxQueue
{
    private const uint HeaderLength = 14;
    private const uint IpChecksumOffset = 10;
    private const uint TcpChecksumOffset = 16;
    private const uint UdpChecksumOffset = 6;
    private const TxFlags Checksums = TxFlags.IpChecksum | TxFlags.TcpChecksum | TxFlags.UdpChecksum;

    /// <summary>Sends, or drops and counts.</summary>
    /// <returns>False when the ring is full: the packet stays the caller's, untouched.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTransmitSlow(Packet packet, ref long bytes)
    {
        if (_isLost)
        {
            return DropOne(packet, DropCause.LinkDown);
        }

        if (WhyNever(packet, out ulong context, out ulong options) is { } cause)
        {
            return DropOne(packet, cause);
        }

        // Room for the worst case: the copy of a packet out of reach may have more segments.
        const uint worst = MaxSegments + 1;
        bool isReached = Reaches(packet);
        uint needed = isReached ? (uint)packet.SegmentCount + 1 : worst;
        if (_mask - (_next - _done) < needed)
        {
            Reclaim(needed);
            if (_mask - (_next - _done) < needed)
            {
                return false;
            }
        }

        if (packet.Length < MinLength && !TryPad(packet))
        {
            return DropOne(packet, DropCause.Refused);
        }

        if (!isReached)
        {
            packet = CopyToOwnPool(packet);
            if (packet.IsNull)
            {
                return true;
            }

            if (packet.SegmentCount > MaxSegments)
            {
                return DropOne(packet, DropCause.TooManySegments);
            }
        }

        if (context != 0 && context != _context)
        {
            Put(context, TXD_CMD_DEXT | TXC_CMD_IP | ((packet.Metadata.TxFlags & TxFlags.TcpChecksum) != 0 ? TXC_CMD_TCP : 0));
            _context = context;
        }

        bytes += packet.Length;
        PutSegments(packet, options);
        return true;
    }

    private void PutSegments(Packet packet, ulong options)
    {
        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            uint length = (uint)segment.Data.Length;
            if (length != 0)
            {
                Put(_iova.Translate(segment.DataAddress), length | TXD_CMD_IFCS | options);
            }
        }

        _packets[_packetsNext & _mask] = packet;
        _ends[_packetsNext & _mask] = _next;
        _packetsNext++;
        ulong last = TXD_CMD_EOP;
        if (_unreported >= ReportBatch)
        {
            _unreported = 0;
            last |= TXD_CMD_RS;
            AddReport(_next, _packetsNext);
        }

        // The descriptor is still ours: the device has not been told.
        _ring[(_next - 1) & _mask].Command |= last;
    }

    private void Put(ulong address, ulong command)
    {
        // SAFETY: masked positions lie in the ring; the caller has seen that there is room.
        E1000Descriptor* descriptor = _ring + (_next & _mask);
        descriptor->Address = address;
        descriptor->Command = command;
        _next++;
        _unreported++;
    }

    /// <summary>Why the packet can never be sent, or null, and what it asks for.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="context">The context descriptor's first word, or 0 when no checksum is asked for.</param>
    /// <param name="options">What its data descriptors carry.</param>
    private DropCause? WhyNever(Packet packet, out ulong context, out ulong options)
    {
        context = options = 0;
        if (packet.Length > _maxFrame)
        {
            return DropCause.TooLong;
        }

        if (packet.SegmentCount > MaxSegments)
        {
            return DropCause.TooManySegments;
        }

        ref PacketMetadata metadata = ref packet.Metadata;
        if ((metadata.TxFlags & TxFlags.VlanInsert) != 0)
        {
            if (!_insertsTags)
            {
                return DropCause.Refused;
            }

            options = TXD_CMD_VLE | ((ulong)metadata.VlanTci << VLAN_SHIFT);
        }

        bool asks = (metadata.TxFlags & Checksums) != 0 || (metadata.Flags & PacketFlags.ChecksumPartial) != 0;
        return packet.Length < HeaderLength || (asks && !TryDescribeChecksums(in metadata, ref context, ref options)) ? DropCause.Refused : null;
    }

    /// <summary>82574 datasheet §7.2, 8254x SDM §3.3.6: where each sum starts, goes and ends. Offsets are bytes.</summary>
    private static bool TryDescribeChecksums(in PacketMetadata metadata, ref ulong context, ref ulong options)
    {
        uint l3 = metadata.L2Length, l4 = l3 + metadata.L3Length;
        options |= TXD_CMD_DEXT | TXD_DTYP_DATA;
        if ((metadata.TxFlags & TxFlags.IpChecksum) != 0)
        {
            if (metadata.L3Length < 20 || l4 > byte.MaxValue)
            {
                return false;
            }

            options |= TXD_POPTS_IXSM;
            context |= l3 | ((ulong)(l3 + IpChecksumOffset) << TXC_IPCSO_SHIFT) | ((ulong)(l4 - 1) << TXC_IPCSE_SHIFT);
        }

        uint start, field;
        if ((metadata.Flags & PacketFlags.ChecksumPartial) != 0)
        {
            start = metadata.ChecksumStart;
            field = start + metadata.ChecksumOffset;
        }
        else if ((metadata.TxFlags & (TxFlags.TcpChecksum | TxFlags.UdpChecksum)) != 0)
        {
            start = l4;
            field = l4 + ((metadata.TxFlags & TxFlags.TcpChecksum) != 0 ? TcpChecksumOffset : UdpChecksumOffset);
        }
        else
        {
            return true;
        }

        // The end stays 0, which means the end of the frame, so that frames of all lengths share a context.
        options |= TXD_POPTS_TXSM;
        context |= ((ulong)start << TXC_TUCSS_SHIFT) | ((ulong)field << TXC_TUCSO_SHIFT);
        return start >= HeaderLength && field <= byte.MaxValue && field + sizeof(ushort) <= metadata.PacketLength;
    }

    private static bool TryPad(Packet packet)
    {
        if (packet.IsShared || !packet.TryAppend(MinLength - packet.Length, out Span<byte> padding))
        {
            return false;
        }

        padding.Clear();
        return true;
    }

    /// <summary>Whether the device reaches every segment; the first one's pool is remembered.</summary>
    private bool Reaches(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            PacketPool pool = segment.Pool;
            if (ReferenceEquals(pool, _lastPool))
            {
                continue;
            }

            if (!PciReach.Covers(_memory, _iova, pool))
            {
                return false;
            }

            _lastPool = pool;
        }

        return true;
    }

    private bool DropOne(Packet packet, DropCause cause)
    {
        Drop(new ReadOnlySpan<Packet>(in packet), cause);
        return true;
    }
}
