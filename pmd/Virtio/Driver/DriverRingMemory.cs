using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>
/// The memory of one of the driver's rings, which the device reaches: the ring, and for each slot a header and an indirect table,
/// for packets whose own headroom cannot take the header.
/// </summary>
internal readonly unsafe struct DriverRingMemory
{
    /// <summary>Descriptors in an indirect table: the header and this many segments less one.</summary>
    internal const int TableLength = 16;

    private const int HeaderStride = 16;
    private const int CacheLine = 64;

    private readonly byte* _start;

    /// <param name="address">Where it lies, at a cache line: <see cref="Length"/> bytes.</param>
    /// <param name="size">Descriptors, a power of two.</param>
    /// <param name="iova">What turns our addresses into the device's; the memory is one piece for it.</param>
    internal DriverRingMemory(nint address, uint size, IovaMap iova)
    {
        _start = (byte*)address;
        Size = size;
        Iova = iova;
    }

    internal uint Size { get; }

    internal IovaMap Iova { get; }

    internal SplitRing Split => SplitRing.In(_start, Size);

    internal PackedRing Packed => PackedRing.In(_start, Size);

    /// <summary>Where the device finds descriptors, what we write besides, and what it writes.</summary>
    internal (ulong Descriptors, ulong Driver, ulong Device) Addresses(bool packed)
    {
        if (packed)
        {
            PackedRing ring = Packed;
            return (ToDevice(ring.Descriptors), ToDevice(ring.DriverEvent), ToDevice(ring.DeviceEvent));
        }

        SplitRing split = Split;
        return (ToDevice(split.Descriptors), ToDevice(split.Available), ToDevice(split.Used));
    }

    /// <summary>Bytes needed for either layout.</summary>
    internal static long Length(uint size) =>
        RingLength(size) + ((long)size * (HeaderStride + (TableLength * RingDescriptor.Size)));

    /// <summary>The header of the packet in a slot.</summary>
    internal VirtioNetHeader* Header(uint slot) => (VirtioNetHeader*)(_start + RingLength(Size) + (slot * HeaderStride));

    /// <summary>The indirect table of the packet in a slot: <see cref="TableLength"/> descriptors.</summary>
    internal RingDescriptor* Table(uint slot) =>
        (RingDescriptor*)(_start + RingLength(Size) + (Size * HeaderStride)) + (slot * TableLength);

    internal void Clear() => System.Runtime.InteropServices.NativeMemory.Clear(_start, (nuint)Length(Size));

    private ulong ToDevice(void* address) => Iova.Translate((nint)address);

    private static long RingLength(uint size) =>
        (Math.Max(SplitRing.MemoryLength(size), PackedRing.MemoryLength(size)) + CacheLine - 1) & -CacheLine;
}
