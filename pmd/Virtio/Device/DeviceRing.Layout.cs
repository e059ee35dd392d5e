using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>
/// Takes buffers of one layout from a ring ahead of use: descriptors are copied, checked and translated for a whole burst, and the
/// memory they name is prefetched, before the first byte of it is touched.
/// </summary>
internal abstract unsafe class DeviceRing<TLayout> : DeviceRing
    where TLayout : struct, IDeviceLayout
{
    /// <summary>Most buffers staged at once.</summary>
    internal const int MaxStaged = 64;

    // As many as QEMU takes; no driver comes near it.
    private const int MaxPieces = 1024;

    private readonly PeerMemory _memory;
    private readonly ushort _direction;
    private readonly uint _size;
    private readonly StagedBuffer[] _staged = GC.AllocateArray<StagedBuffer>(MaxStaged, pinned: true);
    private PeerRegion _region;

    private protected DeviceRing(TLayout layout, uint size, PeerMemory memory, bool isWritten, QueueNotifier notifier, ulong features)
    {
        Layout = layout;
        _size = size;
        _memory = memory;
        _direction = isWritten ? VirtioSpec.VIRTQ_DESC_F_WRITE : (ushort)0;
        Notifier = notifier;
        HeaderLength = (uint)((features & (VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF)) != 0
            ? VirtioNetHeader.Size
            : VirtioNetHeader.LegacySize);
        fixed (StagedBuffer* staged = _staged)
        {
            Staged = staged;
        }
    }

    internal override uint Base => Layout.Base;

    private protected TLayout Layout;

    /// <summary>First staged buffer.</summary>
    private protected int First;

    /// <summary>End of the staged buffers.</summary>
    private protected int End;

    private protected uint HeaderLength { get; }

    /// <summary>SAFETY: pinned; entries from <see cref="First"/> up to <see cref="End"/>, at most <see cref="MaxStaged"/>, are filled.</summary>
    private protected StagedBuffer* Staged { get; }

    /// <summary>The pieces of the one staged buffer that is not contiguous; it is the last one staged.</summary>
    private protected BufferPiece[] Pieces { get; } = new BufferPiece[MaxPieces];

    private protected int PieceCount { get; private set; }

    private QueueNotifier Notifier { get; }

    internal override bool Arm()
    {
        Layout.Arm();
        return First == End;
    }

    internal override void Disarm() => Layout.Disarm();

    /// <summary>Stages buffers until there are <paramref name="wanted"/>, or no more.</summary>
    /// <returns>Buffers staged.</returns>
    private protected int Stage(int wanted)
    {
        if (First == End)
        {
            First = End = 0;
        }

        int missing = Math.Min(wanted, MaxStaged - First) - (End - First);
        if (missing > 0 && Violation == RingViolation.None)
        {
            StageMore(missing);
        }

        return End - First;
    }

    /// <summary>Moves the staged buffers to the start of their array.</summary>
    private protected void Compact()
    {
        new Span<StagedBuffer>(Staged + First, End - First).CopyTo(_staged);
        End -= First;
        First = 0;
    }

    /// <summary>Returns the first staged buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void ReturnFirst(uint written)
    {
        Layout.Return(Staged[First].Id, Staged[First].Count, written);
        First++;
    }

    /// <summary>Shows the driver what was returned, and notifies it when it wants that.</summary>
    private protected void Publish()
    {
        Layout.Publish();
        if (Layout.IsCallDue())
        {
            Notifier.Notify();
        }
    }

    private void StageMore(int missing)
    {
        // A buffer in pieces is the last one staged until it has been used.
        if (End != First && Staged[End - 1].Data == null)
        {
            return;
        }

        for (int available = Layout.Refresh(missing); available > 0 && Layout.TryTake(out TakenDescriptor taken); available--)
        {
            ref StagedBuffer buffer = ref Staged[End];
            buffer.Id = taken.Id;
            buffer.Count = 1;
            buffer.Length = taken.Length;
            if (taken.Flags == _direction && TryTranslate(taken.Address, taken.Length, out buffer.Data))
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(buffer.Data);
                    Sse.Prefetch0(buffer.Data + VirtioNetHeader.Size);
                }

                End++;
                continue;
            }

            buffer.Data = null;
            if (TryGather(ref taken, ref buffer))
            {
                End++;
            }

            break;
        }

        if (Layout.Violation != RingViolation.None)
        {
            Violation = Layout.Violation;
        }
    }

    /// <summary>Translates a range that lies in the region of the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTranslate(ulong address, uint length, out byte* host)
    {
        ulong offset = address - _region.GuestStart;
        host = (byte*)_region.Host + offset;
        return (offset < _region.Length && length <= _region.Length - offset) || TryTranslateSlow(address, length, out host);
    }

    private bool TryTranslateSlow(ulong address, uint length, out byte* host)
    {
        host = null;
        if (!_memory.TryFind(address, out PeerRegion found))
        {
            return false;
        }

        _region = found;
        ulong offset = address - found.GuestStart;
        host = (byte*)found.Host + offset;
        return length <= found.Length - offset;
    }

    /// <summary>Walks a chain, an indirect table, or a range over two regions.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGather(ref TakenDescriptor taken, ref StagedBuffer buffer)
    {
        PieceCount = 0;
        buffer.Length = 0;
        bool good = true;
        while (good)
        {
            good = (taken.Flags & VirtioSpec.VIRTQ_DESC_F_INDIRECT) != 0
                ? TryAddTable(in taken, ref buffer)
                : TryAddPiece(taken.Address, taken.Length, taken.Flags, ref buffer);
            if ((taken.Flags & VirtioSpec.VIRTQ_DESC_F_NEXT) == 0)
            {
                break;
            }

            good = good && Layout.TryTakeNext(ref taken);
        }

        buffer.Id = taken.Id;
        buffer.Count = taken.Count;
        return good;
    }

    /// <summary>Walks an indirect table (virtio 1.2 §2.7.5.3, §2.8.7): of the ring's size at most, not nested, at the end of nothing.</summary>
    private bool TryAddTable(in TakenDescriptor table, ref StagedBuffer buffer)
    {
        uint count = table.Length / RingDescriptor.Size;
        if ((table.Flags & VirtioSpec.VIRTQ_DESC_F_NEXT) != 0)
        {
            return FailBuffer(RingViolation.BadFlags);
        }

        if (count == 0 || count > _size || table.Length % RingDescriptor.Size != 0)
        {
            return FailBuffer(RingViolation.BadLength);
        }

        if (!TryTranslate(table.Address, table.Length, out byte* host))
        {
            return FailBuffer(RingViolation.BadAddress);
        }

        var descriptors = (RingDescriptor*)host;
        bool packed = typeof(TLayout) == typeof(PackedDeviceLayout);
        uint index = 0;
        for (uint walked = 0; walked < count; walked++)
        {
            // SAFETY: the index was compared with the table's length; the table lies whole in the peer's memory.
            ulong word = Volatile.Read(ref descriptors[index].Word);
            ulong address = Volatile.Read(ref descriptors[index].Address);
            var flags = packed ? (ushort)((word >> 48) & VirtioSpec.VIRTQ_DESC_F_WRITE) : (ushort)(word >> 32);
            if ((flags & VirtioSpec.VIRTQ_DESC_F_INDIRECT) != 0)
            {
                return FailBuffer(RingViolation.BadFlags);
            }

            if (!TryAddPiece(address, (uint)word, flags, ref buffer))
            {
                return false;
            }

            if (packed)
            {
                index++;
                continue;
            }

            if ((flags & VirtioSpec.VIRTQ_DESC_F_NEXT) == 0)
            {
                return true;
            }

            index = (ushort)(word >> 48);
            if (index >= count)
            {
                return FailBuffer(RingViolation.BadId);
            }
        }

        return packed || FailBuffer(RingViolation.ChainLoop);
    }

    /// <summary>Adds a range, in as many pieces as it lies in regions.</summary>
    private bool TryAddPiece(ulong address, uint length, ushort flags, ref StagedBuffer buffer)
    {
        if ((flags & VirtioSpec.VIRTQ_DESC_F_WRITE) != _direction)
        {
            return FailBuffer(RingViolation.BadFlags);
        }

        if (length > int.MaxValue - buffer.Length)
        {
            return FailBuffer(RingViolation.BadLength);
        }

        buffer.Length += length;
        while (length != 0)
        {
            if (!_memory.TryFind(address, out PeerRegion region))
            {
                return FailBuffer(RingViolation.BadAddress);
            }

            if (PieceCount == MaxPieces)
            {
                return FailBuffer(RingViolation.BadLength);
            }

            ulong offset = address - region.GuestStart;
            var here = (uint)Math.Min(length, region.Length - offset);
            Pieces[PieceCount++] = new BufferPiece { Data = (byte*)region.Host + offset, Length = here };
            address += here;
            length -= here;
        }

        return true;
    }

    private bool FailBuffer(RingViolation violation)
    {
        Violation = violation;
        return false;
    }
}
