namespace PollIO.Pmd.Virtio;

/// <summary>Where the three parts of a packed ring lie in this process (virtio 1.2 §2.8).</summary>
/// <remarks>SAFETY: as for <see cref="SplitRing"/>.</remarks>
internal readonly unsafe struct PackedRing
{
    private const int CacheLine = 64;

    internal readonly RingDescriptor* Descriptors;

    /// <summary>Written by the driver: when it wants an interrupt.</summary>
    internal readonly PackedEvent* DriverEvent;

    /// <summary>Written by the device: when it wants a notification.</summary>
    internal readonly PackedEvent* DeviceEvent;

    internal readonly uint Size;

    internal PackedRing(void* descriptors, void* driverEvent, void* deviceEvent, uint size)
    {
        Descriptors = (RingDescriptor*)descriptors;
        DriverEvent = (PackedEvent*)driverEvent;
        DeviceEvent = (PackedEvent*)deviceEvent;
        Size = size;
    }

    internal uint Mask => Size - 1;

    internal static long DescriptorsLength(uint size) => (long)size * RingDescriptor.Size;

    /// <summary>Bytes a driver allocates; each part begins on a cache line of its own.</summary>
    internal static long MemoryLength(uint size) => DeviceEventOffset(size) + CacheLine;

    /// <summary>Lays a ring into memory of <see cref="MemoryLength"/> bytes that starts at a cache line.</summary>
    internal static PackedRing In(byte* memory, uint size) =>
        new(memory, memory + DriverEventOffset(size), memory + DeviceEventOffset(size), size);

    /// <summary>The flags that make a descriptor available in the lap <paramref name="position"/> lies in (§2.8.1).</summary>
    internal static ushort AvailableFlags(uint position, uint size) =>
        (position & size) == 0 ? VirtioSpec.VIRTQ_DESC_F_AVAIL : VirtioSpec.VIRTQ_DESC_F_USED;

    /// <summary>The flags of a used descriptor in the lap <paramref name="position"/> lies in (§2.8.1).</summary>
    internal static ushort UsedFlags(uint position, uint size) =>
        (position & size) == 0 ? (ushort)(VirtioSpec.VIRTQ_DESC_F_AVAIL | VirtioSpec.VIRTQ_DESC_F_USED) : (ushort)0;

    private static long DriverEventOffset(uint size) => (DescriptorsLength(size) + CacheLine - 1) & -CacheLine;

    private static long DeviceEventOffset(uint size) => DriverEventOffset(size) + CacheLine;
}
