using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>The device's side of a split ring (virtio 1.2 §2.7).</summary>
internal unsafe struct SplitDeviceLayout : IDeviceLayout
{
    private const int EventDistance = 0x4000;
    private const ushort KnownFlags = VirtioSpec.VIRTQ_DESC_F_NEXT | VirtioSpec.VIRTQ_DESC_F_WRITE | VirtioSpec.VIRTQ_DESC_F_INDIRECT;

    private readonly SplitRing _ring;
    private readonly uint _mask;
    private readonly bool _eventIndex;
    private readonly RingLog? _log;
    private ushort _available;
    private ushort _availableSeen;
    private ushort _used;
    private ushort _called;
    private ushort _availableEvent;
    private bool _callForced;

    /// <param name="ring">The ring, inside the peer's memory.</param>
    /// <param name="features">What was negotiated.</param>
    /// <param name="log">Where writes to the ring are logged, or null.</param>
    internal SplitDeviceLayout(SplitRing ring, ulong features, RingLog? log)
    {
        _ring = ring;
        _mask = ring.Mask;
        _log = log;
        _eventIndex = (features & VirtioSpec.VIRTIO_F_EVENT_IDX) != 0;

        // What was used is what the used ring says: buffers are used in order, so those in flight when a former device died come again.
        _used = MemoryOrder.LoadAcquire(ref ring.UsedIndex);
        _available = _availableSeen = _called = _used;
        _availableEvent = (ushort)(_used - 1);
        _callForced = true;
        if (_eventIndex)
        {
            WriteAvailableEvent();
            WriteUsedFlags(0);
        }
        else
        {
            WriteUsedFlags(VirtioSpec.VIRTQ_USED_F_NO_NOTIFY);
        }
    }

    public RingViolation Violation { get; private set; }

    public readonly uint Base => _used;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Refresh(int most)
    {
        int known = (ushort)(_availableSeen - _available);
        return known >= most ? most : RefreshSlow(most);
    }

    public void Arm()
    {
        if (_eventIndex)
        {
            _availableEvent = _availableSeen;
            WriteAvailableEvent();
        }
        else
        {
            WriteUsedFlags(0);
        }

        // Before it our wish is written, after it the caller reads the available index; the driver writes the index, fences and reads
        // the wish (§2.7.13.4.1). Either it sees the wish, or the caller sees the index.
        MemoryOrder.FullFence();
    }

    public void Disarm()
    {
        if (_eventIndex)
        {
            _availableEvent = (ushort)(_available - 1);
            WriteAvailableEvent();
        }
        else
        {
            WriteUsedFlags(VirtioSpec.VIRTQ_USED_F_NO_NOTIFY);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out TakenDescriptor descriptor)
    {
        uint head = _ring.AvailableEntries[_available & _mask];
        descriptor = default;
        if (head > _mask)
        {
            return Fail(RingViolation.BadId);
        }

        _available++;
        descriptor.Id = (ushort)head;
        descriptor.Count = 1;
        Read(head, ref descriptor);
        return true;
    }

    public bool TryTakeNext(ref TakenDescriptor descriptor)
    {
        if (descriptor.Next > _mask)
        {
            return Fail(RingViolation.BadId);
        }

        if (descriptor.Count > _mask)
        {
            return Fail(RingViolation.ChainLoop);
        }

        descriptor.Count++;
        Read(descriptor.Next, ref descriptor);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(ushort id, ushort descriptors, uint length)
    {
        _ring.UsedEntries[_used & _mask] = new UsedElement { Id = id, Length = length };
        _used++;
    }

    public readonly void Publish()
    {
        // Pairs with the driver's acquiring read of the index: entries and buffers come before it.
        MemoryOrder.StoreRelease(ref _ring.UsedIndex, _used);
        if (_log is not null)
        {
            LogUsed();
        }
    }

    public bool IsCallDue()
    {
        // Before it the index is published, after it the driver's wish is read; the driver writes its wish, fences and reads the
        // index (§2.7.7.2).
        MemoryOrder.FullFence();
        ushort before = _called;
        _called = _used;
        if (_callForced)
        {
            // The driver may have waited for a device that died.
            _callForced = false;
            return true;
        }

        return _eventIndex
            ? RingEvents.IsDue(_ring.UsedEvent, _used, before)
            : (_ring.AvailableFlags & VirtioSpec.VIRTQ_AVAIL_F_NO_INTERRUPT) == 0;
    }

    private readonly void WriteAvailableEvent()
    {
        _ring.AvailableEvent = _availableEvent;
        _log?.MarkDevice((ulong)SplitRing.AvailableEventOffset(_ring.Size), sizeof(ushort));
    }

    private readonly void WriteUsedFlags(ushort flags)
    {
        _ring.UsedFlags = flags;
        _log?.MarkDevice(0, sizeof(ushort));
    }

    /// <summary>Marks the index and the entries it was moved over; whoever published asks next whether a call is due.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void LogUsed()
    {
        _log!.MarkUsedEntries(_called, (ushort)(_used - _called), _ring.Size);
        _log.MarkDevice(SplitRing.UsedIndexOffset, sizeof(ushort));
    }

    private int RefreshSlow(int most)
    {
        // Pairs with the driver's release of the index: entries, descriptors and buffers are seen after it.
        ushort now = MemoryOrder.LoadAcquire(ref _ring.AvailableIndex);
        int available = (ushort)(now - _available);
        if (available > _mask + 1)
        {
            Fail(RingViolation.IndexJump);
            return 0;
        }

        _availableSeen = now;
        if (_eventIndex && (ushort)(now - _availableEvent) > EventDistance)
        {
            // We poll: the driver's next reason to notify us is pushed ahead before it comes true.
            _availableEvent = (ushort)(now - 1);
            WriteAvailableEvent();
        }

        return Math.Min(available, most);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Read(uint index, ref TakenDescriptor descriptor)
    {
        ulong word = Volatile.Read(ref _ring.Descriptors[index].Word);
        descriptor.Address = Volatile.Read(ref _ring.Descriptors[index].Address);
        descriptor.Length = (uint)word;
        descriptor.Flags = (ushort)((word >> 32) & KnownFlags);
        descriptor.Next = (ushort)(word >> 48);
    }

    private bool Fail(RingViolation violation)
    {
        Violation = violation;
        return false;
    }
}
