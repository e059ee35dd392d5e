using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// A lock-free stack of indices (Treiber's), linked through an array beside it. A thread that is preempted anywhere in a push
/// or pop makes no other thread wait: a failed exchange means that somebody else has made progress.
/// </summary>
/// <remarks>
/// The head word is a 26-bit index plus one, and a 38-bit tag that every change increments, so that a head that has come back
/// to the same index is not mistaken for unchanged: the tag repeats after 2^38 changes within one preemption.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 256 + 128)]
internal unsafe struct TaggedStack
{
    /// <summary>Largest number of indices.</summary>
    internal const int MaxCount = (1 << IndexBits) - 1;

    private const int IndexBits = 26;
    private const ulong IndexMask = (1UL << IndexBits) - 1;
    private const ulong TagUnit = 1UL << IndexBits;

    // 128 bytes either side: adjacent-line prefetch would otherwise drag neighbours along.
    [FieldOffset(128)] private ulong _head;
    [FieldOffset(256)] private uint* _next;

    /// <summary>The head word, index and tag.</summary>
    internal readonly ulong Head => Volatile.Read(in _head);

    /// <summary>Sets the link array, one entry an index; it must live as long as anybody may pop.</summary>
    internal void Initialize(uint* next)
    {
        _next = next;
        _head = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Push(uint index) => PushChain(index, index);

    /// <summary>Pushes indices that are linked from <paramref name="first"/> to <paramref name="last"/> already.</summary>
    internal void PushChain(uint first, uint last)
    {
        ulong head = Volatile.Read(ref _head);
        while (true)
        {
            // The exchange below releases this link; it pairs with the acquiring read of the head in TryPop.
            _next[last] = (uint)(head & IndexMask);
            ulong observed = Interlocked.CompareExchange(ref _head, ((head & ~IndexMask) + TagUnit) | (first + 1), head);
            if (observed == head)
            {
                return;
            }

            head = observed;
        }
    }

    /// <summary>Links <paramref name="index"/> in front of <paramref name="next"/> in a chain that is not pushed yet.</summary>
    internal readonly void Link(uint index, uint next) => _next[index] = next + 1;

    internal bool TryPop(out uint index)
    {
        ulong head = Volatile.Read(ref _head);
        while ((head & IndexMask) != 0)
        {
            index = (uint)(head & IndexMask) - 1;

            // May be stale when another thread pops and reuses the index now; the tag then makes the exchange fail.
            uint next = Volatile.Read(ref _next[index]);
            ulong observed = Interlocked.CompareExchange(ref _head, ((head & ~IndexMask) + TagUnit) | next, head);
            if (observed == head)
            {
                return true;
            }

            head = observed;
        }

        index = 0;
        return false;
    }

    /// <summary>Counts the entries; exact only while nobody pushes or pops.</summary>
    /// <param name="limit">Most entries there can be; a walk disturbed by a push ends there.</param>
    internal readonly int CountQuiescent(int limit)
    {
        int count = 0;
        for (uint at = (uint)(_head & IndexMask); at != 0 && count < limit; at = _next[at - 1])
        {
            count++;
        }

        return count;
    }
}
