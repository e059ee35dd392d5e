using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's side of a packed ring (virtio 1.2 §2.8).</summary>
internal unsafe struct PackedDriverLayout : IDriverLayout
{
    private readonly PackedRing _ring;
    private readonly ushort* _counts;
    private readonly uint _mask;
    private readonly bool _inOrder;
    private InOrderBatch _batch;
    private uint _published;
    private uint _kicked;
    private uint _usedPosition;
    private ulong _firstWord;

    /// <param name="ring">The ring, zeroed.</param>
    /// <param name="features">What was negotiated.</param>
    /// <param name="counts">Descriptors of the buffer that begins in each slot.</param>
    internal PackedDriverLayout(PackedRing ring, ulong features, ushort* counts)
    {
        _ring = ring;
        _mask = ring.Mask;
        _counts = counts;
        _inOrder = (features & VirtioSpec.VIRTIO_F_IN_ORDER) != 0;
        _batch = new InOrderBatch(counts);
        ring.DriverEvent->Flags = VirtioSpec.RING_EVENT_FLAGS_DISABLE;
    }

    public RingViolation Violation { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(uint position, ulong address, uint length, ushort flags)
    {
        uint slot = position & _mask;
        _ring.Descriptors[slot].Address = address;
        Put(position, RingDescriptor.PackedWord(length, slot, (ushort)(flags | PackedRing.AvailableFlags(position, _ring.Size))));
    }

    public void PutChain(uint position, ReadOnlySpan<RingDescriptor> parts)
    {
        // The device takes the id from the last descriptor (§2.8.6); every one carries it.
        uint id = position & _mask;
        for (int i = 0; i < parts.Length; i++)
        {
            uint at = position + (uint)i;
            _ring.Descriptors[at & _mask].Address = parts[i].Address;
            var flags = (ushort)(parts[i].SplitFlags
                | (i == parts.Length - 1 ? 0 : VirtioSpec.VIRTQ_DESC_F_NEXT)
                | PackedRing.AvailableFlags(at, _ring.Size));
            Put(at, RingDescriptor.PackedWord(parts[i].Length, id, flags));
        }
    }

    public void Publish(uint position)
    {
        // The first descriptor's flags show the whole batch; pairs with the device's acquiring read of them (§2.8.21.2).
        MemoryOrder.StoreRelease(ref _ring.Descriptors[_published & _mask].Word, _firstWord);
        _published = position;
    }

    public bool IsKickDue()
    {
        // As in a split ring: what was published before it, the device's wish after it (§2.8.21.3.1).
        MemoryOrder.FullFence();
        uint before = _kicked;
        _kicked = _published;
        return RingEvents.IsDue(*_ring.DeviceEvent, _published, before, _ring.Size);
    }

    public readonly bool Refresh() => Violation == RingViolation.None;

    public readonly void Arm()
    {
        _ring.DriverEvent->Flags = VirtioSpec.RING_EVENT_FLAGS_ENABLE;

        // As in a split ring: the wish before it, the caller's look at the descriptors after it (§2.8.10).
        MemoryOrder.FullFence();
    }

    public readonly void Disarm() => _ring.DriverEvent->Flags = VirtioSpec.RING_EVENT_FLAGS_DISABLE;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out uint id, out uint length)
    {
        if (_inOrder)
        {
            return TryTakeInOrder(out id, out length);
        }

        if (!TryRead(_usedPosition, out id, out length))
        {
            return false;
        }

        // SAFETY: there is a count for every slot.
        _usedPosition += id <= _mask ? _counts[id] : 0u;
        return id <= _mask || Fail();
    }

    private bool TryTakeInOrder(out uint id, out uint length)
    {
        id = length = 0;
        if (_batch.NeedsEntry)
        {
            if (!TryRead(_batch.Next, out uint last, out uint lastLength))
            {
                return false;
            }

            if (!_batch.TryBegin(last, lastLength, _published, _mask))
            {
                return Fail();
            }
        }

        return _batch.TryTake(_mask, out id, out length) || Fail();
    }

    /// <summary>Reads the used descriptor at a position, when there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryRead(uint position, out uint id, out uint length)
    {
        // Pairs with the device's release of the flags: its writes to the buffer are seen after it.
        ulong word = MemoryOrder.LoadAcquire(ref _ring.Descriptors[position & _mask].Word);
        const ulong both = ((ulong)VirtioSpec.VIRTQ_DESC_F_AVAIL | VirtioSpec.VIRTQ_DESC_F_USED) << 48;
        id = (ushort)(word >> 32);
        length = (uint)word;
        return (word & both) == (ulong)PackedRing.UsedFlags(position, _ring.Size) << 48;
    }

    private bool Fail()
    {
        Violation = RingViolation.BadId;
        return false;
    }

    /// <summary>The first word of a batch is held back until the batch is complete; the others may be seen at once, because nobody looks there before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(uint position, ulong word)
    {
        if (position == _published)
        {
            _firstWord = word;
        }
        else
        {
            _ring.Descriptors[position & _mask].Word = word;
        }
    }
}
