using System.Runtime.CompilerServices;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's transmit virtqueue in one layout.</summary>
internal sealed unsafe class DriverTxRing<TLayout> : DriverTxRing
    where TLayout : struct, IDriverLayout
{
    // PacketMetadata.Flags and TxFlags read as one word: anything asked of us, and a checksum to finish.
    private const uint Requests = 0xffff_0000 | (uint)PacketFlags.ChecksumPartial;

    private readonly DriverRingMemory _memory;
    private readonly bool _indirect;
    private readonly uint _lowWater;
#pragma warning disable IDE0044 // A struct that changes itself: read-only, every call would work on a copy.
    private TLayout _layout;
#pragma warning restore IDE0044
    private PacketSink _sink;
    private uint _head;
    private uint _tail;
    private uint _publishedHead;

    internal DriverTxRing(in DriverRingMemory memory, Func<DriverRing, TLayout> createLayout, ulong features, QueueNotifier notifier)
        : base(in memory, notifier)
    {
        _memory = memory;
        _indirect = (features & VirtioSpec.VIRTIO_F_INDIRECT_DESC) != 0;
        _lowWater = Size / 4;
        _layout = createLayout(this);
    }

    private uint Free => Size - (_head - _tail);

    internal override int PutPlain(ReadOnlySpan<Packet> packets, MemoryRange reach, ref long bytes)
    {
        uint free = Free;
        if (free < _lowWater || free < (uint)packets.Length)
        {
            Reclaim();
            free = Free;
        }

        int room = (int)Math.Min((uint)packets.Length, free);
        uint head = _head;
        IovaMap iova = Iova;
        uint maxLength = MaxPlainLength;
        long sum = 0;
        int i = 0;
        for (; i < room; i++)
        {
            Packet packet = packets[i];
            ref PacketMetadata metadata = ref packet.Metadata;
            nint header = packet.DataAddress - VirtioNetHeader.Size;
            if (!packet.IsPlain
                || metadata.DataOffset < VirtioNetHeader.Size
                || (Unsafe.As<PacketFlags, uint>(ref metadata.Flags) & Requests) != 0
                || metadata.DataLength > maxLength
                || !reach.Contains(header))
            {
                break;
            }

            // SAFETY: the headroom has room for the header, and a packet with one holder may be written.
            *(ulong*)header = 0;
            *(uint*)(header + sizeof(ulong)) = 0;
            uint length = metadata.DataLength;
            Shadow[head & Mask] = packet;
            _layout.Put(head, iova.Translate(header), length + VirtioNetHeader.Size, 0);
            head++;
            sum += length;
        }

        _head = head;
        bytes += sum;
        return i;
    }

    internal override bool HasRoomForChain()
    {
        uint wanted = _indirect ? 1u : DriverRingMemory.TableLength;
        if (Free < wanted)
        {
            Reclaim();
        }

        return Free >= wanted;
    }

    internal override void PutChain(Packet packet)
    {
        uint slot = _head & Mask;
        VirtioNetHeader* header = _memory.Header(slot);
        WriteHeader(header, packet);
        Span<RingDescriptor> parts = _indirect
            ? new Span<RingDescriptor>(_memory.Table(slot), DriverRingMemory.TableLength)
            : stackalloc RingDescriptor[DriverRingMemory.TableLength];
        parts[0] = new RingDescriptor { Address = Iova.Translate((nint)header), Length = VirtioNetHeader.Size };
        int count = 1;
        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            if (!segment.Data.IsEmpty)
            {
                parts[count++] = new RingDescriptor { Address = Iova.Translate(segment.DataAddress), Length = (uint)segment.Data.Length };
            }
        }

        parts = parts[..count];
        Shadow[slot] = packet;
        if (_indirect)
        {
            PutTable(slot, parts);
            _head++;
            return;
        }

        for (int i = 0; i < count; i++)
        {
            Counts[(_head + (uint)i) & Mask] = i == 0 ? (ushort)count : (ushort)0;
        }

        _layout.PutChain(_head, parts);
        _head += (uint)count;
    }

    internal override void Publish()
    {
        if (_head == _publishedHead)
        {
            return;
        }

        _publishedHead = _head;
        _layout.Publish(_head);
        if (_layout.IsKickDue())
        {
            Notifier.Notify();
        }
    }

    internal override bool IsDrained()
    {
        Reclaim();
        return _head == _tail || Violation != RingViolation.None;
    }

    internal override int ReleaseUnsent()
    {
        Reclaim();
        return Release();
    }

    private static void WriteHeader(VirtioNetHeader* header, Packet packet)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        *header = default;
        if ((metadata.Flags & PacketFlags.ChecksumPartial) != 0)
        {
            header->Flags = VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM;
            header->ChecksumStart = metadata.ChecksumStart;
            header->ChecksumOffset = metadata.ChecksumOffset;
        }

        if ((metadata.TxFlags & TxFlags.TcpSegmentation) != 0)
        {
            header->GsoType = TxRequest.GsoTypeOf(packet);
            header->GsoSize = metadata.TsoSegmentSize;
            header->HeaderLength = (ushort)(metadata.ChecksumStart + metadata.L4Length);
        }
    }

    private void PutTable(uint slot, Span<RingDescriptor> parts)
    {
        // In a packed ring a table's entries follow one another and have no next (§2.8.7).
        bool packed = typeof(TLayout) == typeof(PackedDriverLayout);
        for (int i = 0; i < parts.Length && !packed; i++)
        {
            bool isLast = i == parts.Length - 1;
            parts[i].SplitFlags = isLast ? (ushort)0 : VirtioSpec.VIRTQ_DESC_F_NEXT;
            parts[i].SplitNext = isLast ? (ushort)0 : (ushort)(i + 1);
        }

        _layout.Put(
            _head,
            Iova.Translate((nint)_memory.Table(slot)),
            (uint)(parts.Length * RingDescriptor.Size),
            VirtioSpec.VIRTQ_DESC_F_INDIRECT);
    }

    /// <summary>Frees what the device has sent.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Reclaim()
    {
        if (Violation != RingViolation.None)
        {
            return;
        }

        if (!_layout.Refresh())
        {
            Violation = _layout.Violation;
            return;
        }

        // Buffers that come back in order, of one descriptor each, are one run; any other ends it.
        uint run = _tail;
        while (_layout.TryTake(out uint id, out _))
        {
            if (run != _head && id == (run & Mask) && Counts[id] == 1 && !Shadow[id].IsNull)
            {
                run++;
                continue;
            }

            FreeRun(run);
            if (!TryFreeOne(id))
            {
                return;
            }

            run = _tail;
        }

        FreeRun(run);
        Violation = _layout.Violation;
    }

    /// <summary>Frees the packets from the tail up to <paramref name="end"/>, all of one slot.</summary>
    private void FreeRun(uint end)
    {
        while (_tail != end)
        {
            uint slot = _tail & Mask;
            uint length = Math.Min(end - _tail, Size - slot);
            var packets = new Span<Packet>(Shadow + slot, (int)length);
            _sink.Free(packets);
            packets.Clear();
            _tail += length;
        }

        AdvanceTail();
    }

    /// <summary>Frees a chain, or a packet that came back out of order.</summary>
    private bool TryFreeOne(uint id)
    {
        if (Shadow[id].IsNull)
        {
            Violation = RingViolation.BadId;
            return false;
        }

        Shadow[id].Free();
        Shadow[id] = default;
        AdvanceTail();
        return true;
    }

    /// <summary>Passes slots whose packets are gone already.</summary>
    private void AdvanceTail()
    {
        while (_tail != _head && Shadow[_tail & Mask].IsNull)
        {
            uint count = Counts[_tail & Mask];
            for (uint i = 0; i < count; i++)
            {
                Counts[(_tail + i) & Mask] = 1;
            }

            _tail += count;
        }
    }
}
