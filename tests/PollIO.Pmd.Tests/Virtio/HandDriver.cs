using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>
/// A driver's side of a ring, written by hand and without a mistake: descriptors from the memory's first page on, then what the driver
/// writes, then, from <see cref="DeviceOffset"/> on, what the device writes. Buffers are used in order.
/// </summary>
/// <param name="memory">Where the ring begins in this process.</param>
/// <param name="guest">Its address in descriptors.</param>
/// <param name="size">Descriptors.</param>
/// <param name="packed">The layout.</param>
internal sealed unsafe class HandDriver(byte* memory, ulong guest, uint size, bool packed)
{
    private const uint Page = 4096;

    private readonly Queue<(uint Position, int Descriptors)> _inFlight = new();
    private uint _position;
    private uint _used;
    private ushort _offered;

    internal static uint DriverOffset(uint size) => AlignUp(size * RingDescriptor.Size);

    /// <summary>Where the used ring, or the device's event suppression, begins: at a page.</summary>
    internal static uint DeviceOffset(uint size) => DriverOffset(size) + AlignUp((uint)SplitRing.AvailableLength(size));

    /// <summary>Where the ring ends: at a page.</summary>
    internal static uint End(uint size) => DeviceOffset(size) + AlignUp((uint)SplitRing.UsedLength(size));

    /// <summary>The parts' addresses in a region that begins at <paramref name="start"/>.</summary>
    internal static (ulong Descriptors, ulong Driver, ulong Device) Addresses(ulong start, uint size) =>
        (start, start + DriverOffset(size), start + DeviceOffset(size));

    /// <summary>Makes a buffer available.</summary>
    /// <param name="isWritten">Whether the device is to write it.</param>
    /// <param name="pieces">Offsets from the ring's start, and lengths.</param>
    internal void Offer(bool isWritten, params (uint Offset, uint Length)[] pieces)
    {
        uint head = _position;
        for (int i = 0; i < pieces.Length; i++, _position++)
        {
            RingDescriptor* descriptor = (RingDescriptor*)memory + (_position % size);
            var flags = (ushort)((isWritten ? VirtioSpec.VIRTQ_DESC_F_WRITE : 0) | (i == pieces.Length - 1 ? 0 : VirtioSpec.VIRTQ_DESC_F_NEXT));
            descriptor->Address = guest + pieces[i].Offset;
            ulong word = packed
                ? RingDescriptor.PackedWord(pieces[i].Length, head % size, (ushort)(flags | PackedRing.AvailableFlags(_position, size)))
                : RingDescriptor.SplitWord(pieces[i].Length, flags, (ushort)((_position + 1) % size));
            Volatile.Write(ref descriptor->Word, word);
        }

        _inFlight.Enqueue((head, pieces.Length));
        if (!packed)
        {
            ushort* available = (ushort*)(memory + DriverOffset(size));
            available[2 + (_offered % size)] = (ushort)(head % size);
            Volatile.Write(ref available[1], ++_offered);
        }
    }

    /// <summary>Takes the next buffer the device has used.</summary>
    internal bool TryTakeUsed()
    {
        if (!_inFlight.TryPeek(out (uint Position, int Descriptors) next) || !IsUsed(next.Position))
        {
            return false;
        }

        _used++;
        _inFlight.Dequeue();
        return true;
    }

    private bool IsUsed(uint position)
    {
        if (!packed)
        {
            return Volatile.Read(ref ((ushort*)(memory + DeviceOffset(size)))[1]) != (ushort)_used;
        }

        const int wrapFlags = VirtioSpec.VIRTQ_DESC_F_AVAIL | VirtioSpec.VIRTQ_DESC_F_USED;
        ulong word = Volatile.Read(ref ((RingDescriptor*)memory)[position % size].Word);
        return ((word >> 48) & wrapFlags) == PackedRing.UsedFlags(position, size);
    }

    private static uint AlignUp(uint length) => (length + Page - 1) & ~(Page - 1);
}
