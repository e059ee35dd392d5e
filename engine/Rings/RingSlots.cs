using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>A ring's slots: a power of two, in pinned memory, the first on a cache line's start so that no burst of a line's worth
/// shares a line with its neighbour.</summary>
/// <typeparam name="T">The slot.</typeparam>
internal readonly unsafe struct RingSlots<T>
    where T : unmanaged
{
    private const int Alignment = 128;

    private readonly T[] _array;
    private readonly nint _offset;
    private readonly nint _mask;

    /// <summary>Allocates <paramref name="capacity"/> slots or the power of two above.</summary>
    internal RingSlots(int capacity)
    {
        Count = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        _array = GC.AllocateArray<T>(Count + ((Alignment + sizeof(T) - 1) / sizeof(T)), pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        _offset = -start & (Alignment - 1);
        _mask = Count - 1;
    }

    internal int Count { get; }

    /// <summary>The slot at a position that only ever grows.</summary>
    internal ref T this[long position]
    {
        // SAFETY: the position is masked to Count slots, and the array has as many behind the offset.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.Add(ref First, (nint)position & _mask);
    }

    /// <summary>Writes items from a position on.</summary>
    /// <remarks>An item at a time, with what the loop needs in locals: two calls of memmove cost more up to bursts of 32.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(long position, ReadOnlySpan<T> items)
    {
        ref T first = ref First;
        nint mask = _mask;
        for (int i = 0; i < items.Length; i++)
        {
            // SAFETY: as above.
            Unsafe.Add(ref first, (nint)(position + i) & mask) = items[i];
        }
    }

    /// <summary>Reads items from a position on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Read(long position, Span<T> items)
    {
        ref T first = ref First;
        nint mask = _mask;
        for (int i = 0; i < items.Length; i++)
        {
            // SAFETY: as above.
            items[i] = Unsafe.Add(ref first, (nint)(position + i) & mask);
        }
    }

    private ref T First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(_array), _offset);
    }
}
