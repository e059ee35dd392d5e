namespace PollIO.Pmd.Virtio;

/// <summary>Where the three parts of a split ring lie in this process (virtio 1.2 §2.7).</summary>
/// <remarks>
/// SAFETY, for all who use the pointers: whoever makes one has checked that each part lies whole inside mapped memory; entries are
/// addressed by index and mask only.
/// </remarks>
internal readonly unsafe struct SplitRing
{
    /// <summary>Where <see cref="UsedIndex"/> stands in the used ring.</summary>
    internal const int UsedIndexOffset = 2;

    /// <summary>Where <see cref="UsedEntries"/> begin in the used ring.</summary>
    internal const int UsedEntriesOffset = 4;

    private const int CacheLine = 64;

    internal readonly RingDescriptor* Descriptors;
    internal readonly ushort* Available;
    internal readonly ushort* Used;
    internal readonly uint Size;

    internal SplitRing(void* descriptors, void* available, void* used, uint size)
    {
        Descriptors = (RingDescriptor*)descriptors;
        Available = (ushort*)available;
        Used = (ushort*)used;
        Size = size;
    }

    internal uint Mask => Size - 1;

    /// <summary>Written by the driver: VIRTQ_AVAIL_F_NO_INTERRUPT.</summary>
    internal ref ushort AvailableFlags => ref Available[0];

    /// <summary>Written by the driver: entries made available.</summary>
    internal ref ushort AvailableIndex => ref Available[1];

    /// <summary>Written by the driver: heads of chains.</summary>
    internal ushort* AvailableEntries => Available + 2;

    /// <summary>Written by the driver with VIRTIO_F_EVENT_IDX: when it wants an interrupt.</summary>
    internal ref ushort UsedEvent => ref Available[2 + Size];

    /// <summary>Written by the device: VIRTQ_USED_F_NO_NOTIFY.</summary>
    internal ref ushort UsedFlags => ref Used[0];

    /// <summary>Written by the device: entries used.</summary>
    internal ref ushort UsedIndex => ref Used[1];

    /// <summary>Written by the device: what it has used.</summary>
    internal UsedElement* UsedEntries => (UsedElement*)(Used + 2);

    /// <summary>Written by the device with VIRTIO_F_EVENT_IDX: when it wants a notification.</summary>
    internal ref ushort AvailableEvent => ref *(ushort*)(UsedEntries + Size);

    internal static long DescriptorsLength(uint size) => (long)size * RingDescriptor.Size;

    internal static long AvailableLength(uint size) => 6 + (2L * size);

    internal static long UsedLength(uint size) => 6 + ((long)size * UsedElement.Size);

    /// <summary>Where <see cref="AvailableEvent"/> stands in the used ring.</summary>
    internal static long AvailableEventOffset(uint size) => UsedEntriesOffset + ((long)size * UsedElement.Size);

    /// <summary>Bytes a driver allocates; what the device writes begins on a cache line of its own.</summary>
    internal static long MemoryLength(uint size) => UsedOffset(size) + UsedLength(size);

    /// <summary>Lays a ring into memory of <see cref="MemoryLength"/> bytes that starts at a cache line.</summary>
    internal static SplitRing In(byte* memory, uint size) =>
        new(memory, memory + DescriptorsLength(size), memory + UsedOffset(size), size);

    private static long UsedOffset(uint size) => (DescriptorsLength(size) + AvailableLength(size) + CacheLine - 1) & -CacheLine;
}
