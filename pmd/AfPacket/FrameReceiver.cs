using System.Buffers.Binary;
using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// Turns the kernel's frames into packets: copies the bytes, puts VLAN tags back, records unfinished checksums, and cuts
/// oversized (GSO) frames into frames of wire size, which wait in <see cref="Pending"/> for the next bursts.
/// </summary>
internal sealed class FrameReceiver
{
    internal const int VlanTagSize = 4;

    // A frame of 64 KiB cut into the smallest segments TCP uses (536 B, RFC 9293 §3.7.1) makes 123; ten times that is ample.
    private const int MaxPending = 1280;
    private const int AddressesSize = 12;

    private readonly PacketPool _pool;
    private readonly bool _stamps;
    private readonly bool _stripsVlan;
    private readonly bool _scatters;
    private readonly byte[] _tagged = new byte[OversizedFrames.MaxLength + VlanTagSize];
    private readonly Packet[] _pending = new Packet[MaxPending];
    private PacketSource _source;
    private int _pendingStart;
    private int _pendingEnd;

    internal FrameReceiver(Port port, PortConfig config)
    {
        _pool = config.Pool;
        _source = new PacketSource(config.Pool, port);
        _stamps = config.RxOffloads.HasFlag(RxOffloads.Timestamp);
        _stripsVlan = config.RxOffloads.HasFlag(RxOffloads.VlanStrip);
        _scatters = config.RxOffloads.HasFlag(RxOffloads.Scatter);
    }

    /// <summary>Oversized frames cut so far, and the segments they made.</summary>
    internal long OversizedFrameCount { get; private set; }

    internal long SegmentCount { get; private set; }

    internal bool HasPending => _pendingStart != _pendingEnd;

    private ReadOnlySpan<Packet> Pending => _pending.AsSpan(_pendingStart.._pendingEnd);

    /// <summary>Takes packets for frames to come.</summary>
    internal int Allocate(Span<Packet> packets) => _source.Take(packets);

    /// <summary>Hands out segments that were cut earlier.</summary>
    internal int TakePending(Span<Packet> packets)
    {
        int count = Math.Min(packets.Length, _pendingEnd - _pendingStart);
        Pending[..count].CopyTo(packets);
        _pendingStart += count;
        if (_pendingStart == _pendingEnd)
        {
            _pendingStart = _pendingEnd = 0;
        }

        return count;
    }

    /// <summary>Frees the segments nobody took; the port has stopped.</summary>
    internal int DropPending()
    {
        int count = Pending.Length;
        PacketPool.Free(Pending);
        _pendingStart = _pendingEnd = 0;
        return count;
    }

    /// <summary>Fills <paramref name="packet"/>, fresh from <see cref="Allocate"/>, with a frame of wire size.</summary>
    /// <returns>Whether it fits; otherwise the packet is still the caller's.</returns>
    internal bool TryFill(Packet packet, scoped in RawFrame frame, ref QueueCounters counters)
    {
        bool restoresTag = frame.HasVlanTag && !_stripsVlan;
        int length = restoresTag ? frame.LengthWithTag : frame.Data.Length;
        if (frame.Data.Length < EthernetHeader.Size)
        {
            counters.Drop(DropCause.Malformed);
            return false;
        }

        ref PacketMetadata metadata = ref packet.Metadata;
        if (length > packet.Tailroom)
        {
            ReadOnlySpan<byte> whole = restoresTag ? WithTag(in frame) : frame.Data;
            if (!_scatters || !PacketCopy.TryAppend(packet, whole, _pool))
            {
                counters.Drop(_scatters ? DropCause.NoPacket : DropCause.TooLong);
                return false;
            }
        }
        else
        {
            metadata.DataLength = (ushort)length;
            metadata.PacketLength = (uint)length;
            if (restoresTag)
            {
                CopyWithTag(in frame, packet.Data);
            }
            else
            {
                frame.Data.CopyTo(packet.Data);
            }
        }

        if (frame.HasVlanTag && _stripsVlan)
        {
            metadata.VlanTci = frame.VlanTci;
            metadata.Flags |= PacketFlags.VlanStripped;
        }

        SetChecksum(ref metadata, in frame.Header, restoresTag ? VlanTagSize : 0);
        if (_stamps)
        {
            metadata.Timestamp = frame.Timestamp;
            metadata.Flags |= PacketFlags.Timestamp;
        }

        return true;
    }

    /// <summary>Cuts an oversized frame; the segments are pending. Called only when none is.</summary>
    internal void Segment(scoped in RawFrame frame, ref QueueCounters counters)
    {
        ReadOnlySpan<byte> whole = frame.HasVlanTag ? WithTag(in frame) : frame.Data;
        var kind = (GsoKind)(frame.Header.GsoType & ~VIRTIO_NET_HDR_GSO_ECN);
        if (!GsoSegmenter.TryCreate(whole, frame.Header.GsoSize, kind, out GsoSegmenter segmenter)
            || segmenter.SegmentCount > MaxPending
            || segmenter.NextLength > _pool.DataRoom)
        {
            counters.Drop(DropCause.NotSegmentable);
            return;
        }

        OversizedFrameCount++;
        _pendingStart = 0;
        _pendingEnd = Allocate(_pending.AsSpan(0, segmenter.SegmentCount));
        SegmentCount += _pendingEnd;
        counters.Drop(DropCause.NoPacket, segmenter.SegmentCount - _pendingEnd);
        foreach (Packet packet in Pending)
        {
            ref PacketMetadata metadata = ref packet.Metadata;
            int length = segmenter.NextLength;
            metadata.DataLength = (ushort)length;
            metadata.PacketLength = (uint)length;
            segmenter.TryWriteNext(packet.Data, out _);
            metadata.Flags |= PacketFlags.IpChecksumGood | PacketFlags.L4ChecksumGood;
            if (_stamps)
            {
                metadata.Timestamp = frame.Timestamp;
                metadata.Flags |= PacketFlags.Timestamp;
            }
        }
    }

    private static void SetChecksum(ref PacketMetadata metadata, in VirtioNetHdr header, int shift)
    {
        if ((header.Flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0)
        {
            metadata.Flags |= PacketFlags.ChecksumPartial;
            metadata.ChecksumStart = (ushort)(header.ChecksumStart + shift);
            metadata.ChecksumOffset = header.ChecksumOffset;
        }
        else if ((header.Flags & VIRTIO_NET_HDR_F_DATA_VALID) != 0)
        {
            metadata.Flags |= PacketFlags.L4ChecksumGood;
        }
    }

    private static void CopyWithTag(scoped in RawFrame frame, Span<byte> destination)
    {
        frame.Data[..AddressesSize].CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[AddressesSize..], frame.VlanTpid);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(AddressesSize + 2)..], frame.VlanTci);
        frame.Data[AddressesSize..].CopyTo(destination[(AddressesSize + VlanTagSize)..]);
    }

    private ReadOnlySpan<byte> WithTag(scoped in RawFrame frame)
    {
        Span<byte> tagged = _tagged.AsSpan(0, frame.LengthWithTag);
        CopyWithTag(in frame, tagged);
        return tagged;
    }
}
