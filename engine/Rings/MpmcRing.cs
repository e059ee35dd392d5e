using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>
/// A bounded ring between any number of producing and consuming threads. A thread preempted in the middle makes nobody wait:
/// others see the ring as full or empty at its slots and return short.
/// </summary>
/// <remarks>
/// Every slot carries the turn it is in (D. Vyukov, "Bounded MPMC queue"): a slot may be written when its sequence equals the
/// position, and read when it equals the position plus one. A burst claims a run of ready slots with one exchange.
/// </remarks>
/// <typeparam name="T">A blittable item: a packet handle, an index.</typeparam>
public sealed class MpmcRing<T>
    where T : unmanaged
{
    private readonly RingSlots<Slot> _slots;
    private RingCursors _cursors;

    /// <summary>Creates a ring.</summary>
    /// <param name="capacity">Items it holds; rounded up to a power of two, at least 2, at most 2^26.</param>
    public MpmcRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 26);
        _slots = new RingSlots<Slot>(Math.Max(2, capacity));
        for (int i = 0; i < _slots.Count; i++)
        {
            _slots[i].Sequence = i;
        }
    }

    /// <summary>Items the ring holds.</summary>
    public int Capacity => _slots.Count;

    /// <summary>Items in the ring now; a snapshot.</summary>
    public int Count =>
        (int)Math.Clamp(Volatile.Read(ref _cursors.Produced) - Volatile.Read(ref _cursors.Consumed), 0, _slots.Count);

    /// <summary>Puts in as many of <paramref name="items"/> as fit, in order and next to each other.</summary>
    /// <returns>How many went in.</returns>
    public int EnqueueBurst(ReadOnlySpan<T> items) => Enqueue(items, atLeast: 1);

    /// <summary>Puts in all of <paramref name="items"/> or none.</summary>
    /// <returns>Whether they went in.</returns>
    public bool TryEnqueueBulk(ReadOnlySpan<T> items) => Enqueue(items, items.Length) == items.Length;

    /// <summary>Takes up to <c>items.Length</c> items, oldest first.</summary>
    /// <returns>How many were taken.</returns>
    public int DequeueBurst(Span<T> items) => Dequeue(items, atLeast: 1);

    /// <summary>Takes exactly <c>items.Length</c> items, oldest first, or none.</summary>
    /// <returns>Whether they were taken.</returns>
    public bool TryDequeueBulk(Span<T> items) => Dequeue(items, items.Length) == items.Length;

    private int Enqueue(ReadOnlySpan<T> items, int atLeast)
    {
        long position = Volatile.Read(ref _cursors.Produced);
        while (true)
        {
            int ready = CountReady(position, items.Length, turn: 0);
            if (ready < atLeast || ready == 0)
            {
                long moved = Volatile.Read(ref _cursors.Produced);
                if (moved == position)
                {
                    return 0;
                }

                position = moved;
                continue;
            }

            long observed = Interlocked.CompareExchange(ref _cursors.Produced, position + ready, position);
            if (observed != position)
            {
                position = observed;
                continue;
            }

            for (int i = 0; i < ready; i++)
            {
                ref Slot slot = ref _slots[position + i];
                slot.Item = items[i];

                // Pairs with the acquire in CountReady of the consumers: the item is there before its turn is.
                MemoryOrder.StoreRelease(ref slot.Sequence, position + i + 1);
            }

            return ready;
        }
    }

    private int Dequeue(Span<T> items, int atLeast)
    {
        long position = Volatile.Read(ref _cursors.Consumed);
        while (true)
        {
            int ready = CountReady(position, items.Length, turn: 1);
            if (ready < atLeast || ready == 0)
            {
                long moved = Volatile.Read(ref _cursors.Consumed);
                if (moved == position)
                {
                    return 0;
                }

                position = moved;
                continue;
            }

            long observed = Interlocked.CompareExchange(ref _cursors.Consumed, position + ready, position);
            if (observed != position)
            {
                position = observed;
                continue;
            }

            for (int i = 0; i < ready; i++)
            {
                ref Slot slot = ref _slots[position + i];
                items[i] = slot.Item;

                // Pairs with the acquire in CountReady of the producers a lap later: the item was read before its slot is free.
                MemoryOrder.StoreRelease(ref slot.Sequence, position + i + _slots.Count);
            }

            return ready;
        }
    }

    /// <summary>How many slots from <paramref name="position"/> on are in the turn wanted, at most <paramref name="limit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CountReady(long position, int limit, int turn)
    {
        int ready = 0;
        while (ready < limit && MemoryOrder.LoadAcquire(ref _slots[position + ready].Sequence) == position + ready + turn)
        {
            ready++;
        }

        return ready;
    }

    private struct Slot
    {
        internal long Sequence;
        internal T Item;
    }
}
