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

    // A segment is at most 64 KiB of payload behind its headers.
    private const int MaxSegmentLength = 66 << 10;

    private readonly PacketPool _pool;
    private readonly bool _stamps;
    private readonly bool _stripsVlan;
    private readonly byte[] _tagged = new byte[OversizedFrames.MaxLength + VlanTagSize];
    private readonly byte[]? _segment;
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
        _segment = config.RxOffloads.HasFlag(RxOffloads.Scatter) ? new byte[MaxSegmentLength] : null;
    }

    /// <summary>Oversized frames cut so far, and the segments they made.</summary>
    internal long OversizedFrameCount { get; private set; }

    internal long SegmentCount { get; private set; }

    internal bool HasPending => _pendingStart != _pendingEnd;

    private ReadOnlySpan<Packet> Pending => _pending.AsSpan(_pendingStart.._pendingEnd);

    private bool Scatters => _segment != null;

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
        bool restoresTag = RestoresTag(in frame);
        int length = restoresTag ? frame.LengthWithTag : frame.Data.Length;
        if (frame.Data.Length < EthernetHeader.Size)
        {
            counters.Drop(DropCause.Malformed);
            return false;
        }

        ref PacketMetadata metadata = ref packet.Metadata;
        if (length > _pool.DataRoom)
        {
            if (!TryScatter(packet, restoresTag ? WithTag(in frame) : frame.Data, ref counters))
            {
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

        SetChecksum(ref metadata, in frame.Header, restoresTag ? VlanTagSize : 0);
        SetTagAndTime(ref metadata, in frame, restoresTag);
        return true;
    }

    /// <summary>Cuts an oversized frame; the segments are pending. Called only when none is.</summary>
    internal void Segment(scoped in RawFrame frame, ref QueueCounters counters)
    {
        bool restoresTag = RestoresTag(in frame);
        var kind = (GsoKind)(frame.Header.GsoType & ~VIRTIO_NET_HDR_GSO_ECN);
        if (frame.Data.Length > OversizedFrames.MaxLength
            || !GsoSegmenter.TryCreate(restoresTag ? WithTag(in frame) : frame.Data, frame.Header.GsoSize, kind, out GsoSegmenter segmenter)
            || segmenter.SegmentCount > MaxPending
            || (segmenter.NextLength > _pool.DataRoom && !Scatters))
        {
            counters.Drop(DropCause.NotSegmentable);
            return;
        }

        OversizedFrameCount++;
        int allocated = Allocate(_pending.AsSpan(0, segmenter.SegmentCount));
        counters.Drop(DropCause.NoPacket, segmenter.SegmentCount - allocated);
        _pendingStart = 0;
        _pendingEnd = 0;
        foreach (Packet packet in _pending.AsSpan(0, allocated))
        {
            if (!TryWriteSegment(packet, ref segmenter, ref counters))
            {
                packet.Free();
                continue;
            }

            ref PacketMetadata metadata = ref packet.Metadata;
            metadata.Flags |= PacketFlags.IpChecksumGood | PacketFlags.L4ChecksumGood;
            SetTagAndTime(ref metadata, in frame, restoresTag);
            _pending[_pendingEnd++] = packet;
        }

        SegmentCount += _pendingEnd;
    }

    private bool TryWriteSegment(Packet packet, scoped ref GsoSegmenter segmenter, ref QueueCounters counters)
    {
        int length = segmenter.NextLength;
        if (length > _pool.DataRoom)
        {
            segmenter.TryWriteNext(_segment, out int written);
            return TryScatter(packet, _segment.AsSpan(0, written), ref counters);
        }

        ref PacketMetadata metadata = ref packet.Metadata;
        metadata.DataLength = (ushort)length;
        metadata.PacketLength = (uint)length;
        segmenter.TryWriteNext(packet.Data, out _);
        return true;
    }

    /// <summary>Fills a chain that begins with <paramref name="packet"/>.</summary>
    /// <returns>Whether chains were asked for and the pool had the packets.</returns>
    private bool TryScatter(Packet packet, ReadOnlySpan<byte> frame, ref QueueCounters counters)
    {
        if (!Scatters || frame.IsEmpty)
        {
            counters.Drop(DropCause.TooLong);
            return false;
        }

        if (!PacketCopy.TryAppend(packet, frame, _pool))
        {
            counters.Drop(DropCause.NoPacket);
            return false;
        }

        return true;
    }

    // The metadata has room for an 802.1Q tag without its type; others (802.1ad) stay in the frame.
    private bool RestoresTag(scoped in RawFrame frame) => frame.HasVlanTag && !(_stripsVlan && frame.VlanTpid == (ushort)EtherType.Vlan);

    private void SetTagAndTime(ref PacketMetadata metadata, scoped in RawFrame frame, bool restoredTag)
    {
        if (frame.HasVlanTag && !restoredTag)
        {
            metadata.VlanTci = frame.VlanTci;
            metadata.Flags |= PacketFlags.VlanStripped;
        }

        if (_stamps)
        {
            metadata.Timestamp = frame.Timestamp;
            metadata.Flags |= PacketFlags.Timestamp;
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

    /// <summary>The frame with its tag in place, or nothing when it is longer than any frame there is.</summary>
    private ReadOnlySpan<byte> WithTag(scoped in RawFrame frame)
    {
        if (frame.LengthWithTag > _tagged.Length)
        {
            return default;
        }

        Span<byte> tagged = _tagged.AsSpan(0, frame.LengthWithTag);
        CopyWithTag(in frame, tagged);
        return tagged;
    }
}
