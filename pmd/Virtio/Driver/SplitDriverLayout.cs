using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's side of a split ring (virtio 1.2 §2.7).</summary>
internal unsafe struct SplitDriverLayout : IDriverLayout
{
    // The device's wish to interrupt us is pushed half a lap of the index ahead before it can come true.
    private const int EventDistance = 0x4000;

    private readonly SplitRing _ring;
    private readonly ushort* _shadowEntries;
    private readonly uint _mask;
    private readonly bool _inOrder;
    private readonly bool _eventIndex;
    private InOrderBatch _batch;
    private uint _published;
    private ushort _availableIndex;
    private ushort _kickedIndex;
    private ushort _usedIndex;
    private ushort _usedSeen;
    private ushort _usedEvent;

    /// <param name="ring">The ring, zeroed.</param>
    /// <param name="features">What was negotiated.</param>
    /// <param name="counts">Descriptors of the buffer that begins in each slot.</param>
    /// <param name="shadowEntries">Room for one number a slot.</param>
    internal SplitDriverLayout(SplitRing ring, ulong features, ushort* counts, ushort* shadowEntries)
    {
        _ring = ring;
        _mask = ring.Mask;
        _shadowEntries = shadowEntries;
        _inOrder = (features & VirtioSpec.VIRTIO_F_IN_ORDER) != 0;
        _eventIndex = (features & VirtioSpec.VIRTIO_F_EVENT_IDX) != 0;
        _batch = new InOrderBatch(counts);
        for (uint slot = 0; slot < ring.Size; slot++)
        {
            ring.AvailableEntries[slot] = (ushort)slot;
            shadowEntries[slot] = (ushort)slot;
        }

        // We poll: the device need not interrupt. With event indices the flag has no meaning (§2.7.7.1).
        ring.AvailableFlags = _eventIndex ? (ushort)0 : VirtioSpec.VIRTQ_AVAIL_F_NO_INTERRUPT;
        _usedEvent = ushort.MaxValue;
        ring.UsedEvent = _usedEvent;
    }

    public RingViolation Violation { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(uint position, ulong address, uint length, ushort flags)
    {
        uint slot = position & _mask;
        RingDescriptor* descriptor = _ring.Descriptors + slot;
        descriptor->Address = address;
        descriptor->Word = RingDescriptor.SplitWord(length, flags, 0);
        MakeAvailable(slot);
    }

    public void PutChain(uint position, ReadOnlySpan<RingDescriptor> parts)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            RingDescriptor* descriptor = _ring.Descriptors + ((position + (uint)i) & _mask);
            bool isLast = i == parts.Length - 1;
            descriptor->Address = parts[i].Address;
            descriptor->Word = RingDescriptor.SplitWord(
                parts[i].Length,
                (ushort)(parts[i].SplitFlags | (isLast ? 0 : VirtioSpec.VIRTQ_DESC_F_NEXT)),
                isLast ? (ushort)0 : (ushort)((position + (uint)i + 1) & _mask));
        }

        MakeAvailable(position & _mask);
    }

    public void Publish(uint position)
    {
        _published = position;

        // Pairs with the device's acquiring read of the index: descriptors and entries come before it.
        MemoryOrder.StoreRelease(ref _ring.AvailableIndex, _availableIndex);
    }

    public bool IsKickDue()
    {
        // Before it the index is published, after it the device's wish is read; the device writes its wish, fences and reads the
        // index. Either it sees the index, or we see the wish (§2.7.13.4.1).
        MemoryOrder.FullFence();
        ushort before = _kickedIndex;
        _kickedIndex = _availableIndex;
        return _eventIndex
            ? RingEvents.IsDue(_ring.AvailableEvent, _availableIndex, before)
            : (_ring.UsedFlags & VirtioSpec.VIRTQ_USED_F_NO_NOTIFY) == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Refresh()
    {
        // Pairs with the device's release of the index: what it wrote to entries and buffers is seen after it.
        ushort now = MemoryOrder.LoadAcquire(ref _ring.UsedIndex);
        if (now == _usedSeen)
        {
            return now != _usedIndex;
        }

        // Once a buffer came back it is not in flight: the device is never ahead of what was published.
        if ((ushort)(now - _usedIndex) > (ushort)(_availableIndex - _usedIndex))
        {
            Violation = RingViolation.IndexJump;
            return false;
        }

        _usedSeen = now;
        if (_eventIndex && (ushort)(now - _usedEvent) > EventDistance)
        {
            _usedEvent = (ushort)(_usedIndex - 1);
            _ring.UsedEvent = _usedEvent;
        }

        return true;
    }

    public void Arm()
    {
        if (_eventIndex)
        {
            _usedEvent = _usedIndex;
            _ring.UsedEvent = _usedEvent;
        }
        else
        {
            _ring.AvailableFlags = 0;
        }

        // Before it our wish is written, after it the caller reads the used index; the device writes the index, fences and reads the
        // wish (§2.7.7.2). Either it sees the wish, or the caller sees the index.
        MemoryOrder.FullFence();
    }

    public void Disarm()
    {
        if (_eventIndex)
        {
            _usedEvent = (ushort)(_usedIndex - 1);
            _ring.UsedEvent = _usedEvent;
        }
        else
        {
            _ring.AvailableFlags = VirtioSpec.VIRTQ_AVAIL_F_NO_INTERRUPT;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out uint id, out uint length)
    {
        if (_usedIndex == _usedSeen)
        {
            id = length = 0;
            return false;
        }

        UsedElement element = _ring.UsedEntries[_usedIndex & _mask];
        if (_inOrder)
        {
            return TryTakeInOrder(element, out id, out length);
        }

        id = element.Id;
        length = element.Length;
        _usedIndex++;
        if (id <= _mask)
        {
            return true;
        }

        Violation = RingViolation.BadId;
        return false;
    }

    private bool TryTakeInOrder(UsedElement element, out uint id, out uint length)
    {
        id = length = 0;
        if ((_batch.NeedsEntry && !_batch.TryBegin(element.Id, element.Length, _published, _mask))
            || !_batch.TryTake(_mask, out id, out length))
        {
            Violation = RingViolation.BadId;
            return false;
        }

        _usedIndex++;
        return true;
    }

    /// <summary>Entries mostly hold what they held a lap ago; those that do are not written, and the device's copy of the line stays good.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MakeAvailable(uint slot)
    {
        uint entry = _availableIndex & _mask;
        if (_shadowEntries[entry] != slot)
        {
            _shadowEntries[entry] = (ushort)slot;
            _ring.AvailableEntries[entry] = (ushort)slot;
        }

        _availableIndex++;
    }
}
