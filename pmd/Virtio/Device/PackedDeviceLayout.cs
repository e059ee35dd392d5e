using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>The device's side of a packed ring (virtio 1.2 §2.8).</summary>
internal unsafe struct PackedDeviceLayout : IDeviceLayout
{
    private const ushort KnownFlags = VirtioSpec.VIRTQ_DESC_F_NEXT | VirtioSpec.VIRTQ_DESC_F_WRITE | VirtioSpec.VIRTQ_DESC_F_INDIRECT;
    private const ulong WrapFlags = ((ulong)VirtioSpec.VIRTQ_DESC_F_AVAIL | VirtioSpec.VIRTQ_DESC_F_USED) << 48;

    private readonly PackedRing _ring;
    private readonly uint _mask;
    private readonly RingLog? _log;

    // Positions count from a lap with wrap counter 1; their bit above the mask is the inverted counter.
    private uint _available;
    private uint _used;
    private uint _published;
    private uint _called;
    private ulong _firstWord;
    private bool _callForced;

    /// <param name="ring">The ring, inside the peer's memory.</param>
    /// <param name="start">What SET_VRING_BASE said: a position, with the wrap counter in bit 15.</param>
    /// <param name="log">Where writes to the ring are logged, or null.</param>
    internal PackedDeviceLayout(PackedRing ring, uint start, RingLog? log)
    {
        _ring = ring;
        _mask = ring.Mask;
        _log = log;
        _available = (start & 0x7fff & _mask) + ((start & 0x8000) != 0 ? 0 : ring.Size);
        _used = _published = _called = _available;
        _callForced = true;
        WriteDeviceEvent(VirtioSpec.RING_EVENT_FLAGS_DISABLE);
    }

    public RingViolation Violation { get; private set; }

    public readonly uint Base
    {
        get
        {
            uint position = RingEvents.ToOffsetWrap(_used, _ring.Size);
            return position | (position << 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Refresh(int most)
    {
        // Buffers are counted as if each had one descriptor; whether the next one is there, TryTake finds out.
        return Violation == RingViolation.None && IsAvailable(_available, out _) ? most : 0;
    }

    public readonly void Arm()
    {
        WriteDeviceEvent(VirtioSpec.RING_EVENT_FLAGS_ENABLE);

        // As in a split ring: the wish before it, the caller's look at the descriptors after it (§2.8.10).
        MemoryOrder.FullFence();
    }

    public readonly void Disarm() => WriteDeviceEvent(VirtioSpec.RING_EVENT_FLAGS_DISABLE);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out TakenDescriptor descriptor)
    {
        descriptor = default;

        // Beyond one lap ahead of what was returned everything was available once and is not any more.
        if (_available - _used > _mask || !IsAvailable(_available, out ulong word))
        {
            return false;
        }

        Read(word, ref descriptor);
        descriptor.Count = 1;
        return true;
    }

    public bool TryTakeNext(ref TakenDescriptor descriptor)
    {
        if (descriptor.Count > _mask)
        {
            return Fail(RingViolation.ChainLoop);
        }

        // The first descriptor's flags are written last: all of the chain is there (§2.8.21.2), whatever their flags say.
        ulong word = Volatile.Read(ref _ring.Descriptors[_available & _mask].Word);
        Read(word, ref descriptor);
        descriptor.Count++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Return(ushort id, ushort descriptors, uint length)
    {
        uint flags = PackedRing.UsedFlags(_used, _ring.Size) | (length != 0 ? VirtioSpec.VIRTQ_DESC_F_WRITE : 0u);
        ulong word = RingDescriptor.PackedWord(length, id, (ushort)flags);

        // The first word is held back until the batch is complete: it shows the batch, or all buffers of a merged frame, at once.
        if (_used == _published)
        {
            _firstWord = word;
        }
        else
        {
            Volatile.Write(ref _ring.Descriptors[_used & _mask].Word, word);
        }

        _used += descriptors;
    }

    public void Publish()
    {
        if (_used != _published)
        {
            // Pairs with the driver's acquiring read of the flags.
            MemoryOrder.StoreRelease(ref _ring.Descriptors[_published & _mask].Word, _firstWord);
            if (_log is not null)
            {
                LogUsed();
            }

            _published = _used;
        }
    }

    public bool IsCallDue()
    {
        // As in a split ring: what was published before it, the driver's wish after it.
        MemoryOrder.FullFence();
        uint before = _called;
        _called = _published;
        if (_callForced)
        {
            _callForced = false;
            return true;
        }

        var wish = new PackedEvent { Word = Volatile.Read(ref _ring.DriverEvent->Word) };
        return RingEvents.IsDue(wish, _published, before, _ring.Size);
    }

    private readonly void WriteDeviceEvent(ushort flags)
    {
        _ring.DeviceEvent->Flags = flags;
        _log?.MarkDevice(0, PackedEvent.Size);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void LogUsed() => _log!.MarkDescriptors(_published, _used - _published, _ring.Size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsAvailable(uint position, out ulong word)
    {
        // Pairs with the driver's release of the flags: address, length and buffer are seen after it.
        word = MemoryOrder.LoadAcquire(ref _ring.Descriptors[position & _mask].Word);
        return (word & WrapFlags) == (ulong)PackedRing.AvailableFlags(position, _ring.Size) << 48;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Read(ulong word, ref TakenDescriptor descriptor)
    {
        descriptor.Address = Volatile.Read(ref _ring.Descriptors[_available & _mask].Address);
        descriptor.Length = (uint)word;
        descriptor.Id = (ushort)(word >> 32);
        descriptor.Flags = (ushort)((word >> 48) & KnownFlags);
        _available++;
    }

    private bool Fail(RingViolation violation)
    {
        Violation = violation;
        return false;
    }
}
