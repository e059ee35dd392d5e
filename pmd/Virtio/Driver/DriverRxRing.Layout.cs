using System.Runtime.CompilerServices;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's receive virtqueue in one layout.</summary>
internal sealed unsafe class DriverRxRing<TLayout> : DriverRxRing
    where TLayout : struct, IDriverLayout
{
    private readonly RxQueue _queue;
    private readonly uint _room;
    private readonly uint _refillAt;
    private readonly bool _readsHeader;
    private readonly bool _mergeable;
    private readonly byte _wantedFlags;
    private readonly bool _scatter;
#pragma warning disable IDE0044 // A struct that changes itself: read-only, every call would work on a copy.
    private TLayout _layout;
#pragma warning restore IDE0044
    private PacketSource _source;
    private uint _head;
    private uint _tail;

    // A frame of several buffers, as far as it has come.
    private Packet _partial;
    private uint _missing;

    internal DriverRxRing(in DriverRingMemory memory, Func<DriverRing, TLayout> createLayout, in DriverRxOptions options, QueueNotifier notifier)
        : base(in memory, notifier)
    {
        _queue = options.Queue;
        _room = (uint)options.Pool.DataRoom;
        _refillAt = Math.Min(Size / 4, 64);
        _mergeable = (options.Features & VirtioSpec.VIRTIO_NET_F_MRG_RXBUF) != 0;
        _wantedFlags = (options.Features & VirtioSpec.VIRTIO_NET_F_GUEST_CSUM) != 0
            ? (byte)(VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM | VirtioSpec.VIRTIO_NET_HDR_F_DATA_VALID)
            : (byte)0;
        _readsHeader = _mergeable || _wantedFlags != 0;
        _scatter = options.Scatter;
        _source = new PacketSource(options.Pool, options.Queue.Port);
        _layout = createLayout(this);
    }

    internal override int Release()
    {
        int freed = base.Release();
        if (!_partial.IsNull)
        {
            _partial.Free();
            _partial = default;
            freed++;
        }

        return freed;
    }

    internal override Burst Receive(Span<Packet> packets)
    {
        int count = 0;
        long bytes = 0;
        if (Violation == RingViolation.None && _layout.Refresh())
        {
            while (count < packets.Length && _layout.TryTake(out uint id, out uint length))
            {
                Packet packet = Shadow[id];
                length -= VirtioNetHeader.Size;
                if (packet.IsNull || length > _room)
                {
                    if (!TryCorrect(packet, ref length))
                    {
                        break;
                    }
                }

                Shadow[id] = default;
                if (id == (_tail & Mask))
                {
                    _tail++;
                }

                ref PacketMetadata metadata = ref packet.Metadata;
                metadata.DataLength = (ushort)length;
                metadata.PacketLength = length;
                if (_readsHeader && !IsComplete(ref packet))
                {
                    continue;
                }

                bytes += packet.Length;
                packets[count++] = packet;
            }

            if (_layout.Violation != RingViolation.None)
            {
                Violation = _layout.Violation;
            }
        }

        if (Size - (_head - _tail) >= _refillAt)
        {
            Refill();
        }

        return new Burst(count, bytes);
    }

    internal override void Refill()
    {
        if (Violation != RingViolation.None)
        {
            return;
        }

        // Packets that came back out of order leave slots behind that the tail passes here.
        while (_tail != _head && Shadow[_tail & Mask].IsNull)
        {
            _tail++;
        }

        uint before = _head;
        uint free = Size - (_head - _tail);
        IovaMap iova = Iova;
        while (free != 0)
        {
            uint slot = _head & Mask;
            int wanted = (int)Math.Min(free, Size - slot);

            // SAFETY: the slots from the head up to the tail, or to the end of the ring, are empty.
            int taken = _source.Take(new Span<Packet>(Shadow + slot, wanted));
            for (uint i = 0; i < taken; i++)
            {
                nint address = Shadow[slot + i].DataAddress - VirtioNetHeader.Size;
                _layout.Put(_head + i, iova.Translate(address), _room + VirtioNetHeader.Size, VirtioSpec.VIRTQ_DESC_F_WRITE);
            }

            _head += (uint)taken;
            free -= (uint)taken;
            if (taken != wanted)
            {
                break;
            }
        }

        if (_head != before)
        {
            _layout.Publish(_head);
            if (_layout.IsKickDue())
            {
                Notifier.Notify();
            }
        }
    }

    internal override bool Arm()
    {
        _layout.Arm();
        return _head != _tail;
    }

    internal override void Disarm() => _layout.Disarm();

    /// <summary>A length that is none, or a buffer that is not in flight.</summary>
    /// <returns>False when the ring stops.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryCorrect(Packet packet, ref uint length)
    {
        uint whole = length + VirtioNetHeader.Size;
        if (!packet.IsNull && whole == IDriverLayout.FullLength)
        {
            length = _room;
            return true;
        }

        // The last buffer of a merged frame may be shorter than a header; IsCompleteWith puts its length right.
        if (!packet.IsNull && _missing != 0 && whole < VirtioNetHeader.Size)
        {
            return true;
        }

        Violation = packet.IsNull ? RingViolation.BadId : RingViolation.BadLength;
        return false;
    }

    /// <summary>Reads the header, and joins the buffers of a merged frame.</summary>
    /// <returns>Whether <paramref name="packet"/> is a whole frame now; otherwise it is kept or was dropped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsComplete(ref Packet packet)
    {
        // SAFETY: the buffer began with the header, in the packet's headroom.
        var header = (VirtioNetHeader*)(packet.DataAddress - VirtioNetHeader.Size);
        return (_missing == 0 && (!_mergeable || header->BufferCount == 1) && (header->Flags & _wantedFlags) == 0)
            || IsCompleteSlow(ref packet);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsCompleteSlow(ref Packet packet)
    {
        if (_missing != 0)
        {
            return IsCompleteWith(ref packet);
        }

        // The device may change the header at any time: it is read once.
        VirtioNetHeader header = *(VirtioNetHeader*)(packet.DataAddress - VirtioNetHeader.Size);
        ref PacketMetadata metadata = ref packet.Metadata;
        byte flags = (byte)(header.Flags & _wantedFlags);
        if ((flags & VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0)
        {
            metadata.Flags |= PacketFlags.ChecksumPartial;
            metadata.ChecksumStart = header.ChecksumStart;
            metadata.ChecksumOffset = header.ChecksumOffset;
        }
        else if ((flags & VirtioSpec.VIRTIO_NET_HDR_F_DATA_VALID) != 0)
        {
            metadata.Flags |= PacketFlags.L4ChecksumGood;
        }

        if (!_mergeable || header.BufferCount == 1)
        {
            return true;
        }

        if (header.BufferCount == 0 || header.BufferCount > Size)
        {
            packet.Free();
            Violation = RingViolation.BadLength;
            return false;
        }

        _missing = header.BufferCount - 1u;
        _partial = packet;
        if (!_scatter)
        {
            Drop(ref _partial);
        }

        return false;
    }

    /// <summary>Adds a further buffer of a merged frame; only the first one has a header (§5.1.6.4).</summary>
    private bool IsCompleteWith(ref Packet packet)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        _missing--;
        if (_partial.IsNull)
        {
            // The rest of a frame that was dropped.
            packet.Free();
            return false;
        }

        // What was taken for the header's room is data.
        metadata.DataOffset -= VirtioNetHeader.Size;
        metadata.DataLength = (ushort)(metadata.DataLength + VirtioNetHeader.Size);
        metadata.PacketLength = metadata.DataLength;
        _partial.Chain(packet);
        if (_missing != 0)
        {
            return false;
        }

        packet = _partial;
        _partial = default;
        return true;
    }

    private void Drop(ref Packet packet)
    {
        packet.Free();
        packet = default;
        _queue.Counters.Drop(DropCause.TooLong);
    }
}
