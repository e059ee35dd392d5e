using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>A bounded ring between one producing and one consuming thread. Nothing blocks; nothing allocates after the constructor.</summary>
/// <typeparam name="T">A blittable item: a packet handle, an index.</typeparam>
public sealed class SpscRing<T>
    where T : unmanaged
{
    private readonly RingSlots<T> _slots;
    private RingCursors _cursors;
    private RingSides _sides;

    /// <summary>Creates a ring.</summary>
    /// <param name="capacity">Items it holds; rounded up to a power of two, at most 2^30.</param>
    public SpscRing(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 30);
        _slots = new RingSlots<T>(capacity);
    }

    /// <summary>Items the ring holds.</summary>
    public int Capacity => _slots.Count;

    /// <summary>Items in the ring now; exact for its two threads, a snapshot for others.</summary>
    public int Count
    {
        get
        {
            // The consumer's end first: read second, it could have passed the producer's.
            long consumed = Volatile.Read(ref _cursors.Consumed);
            return (int)Math.Min(Volatile.Read(ref _cursors.Produced) - consumed, _slots.Count);
        }
    }

    /// <summary>Puts in as many of <paramref name="items"/> as fit, in order. Only the producer calls it.</summary>
    /// <returns>How many went in.</returns>
    public int EnqueueBurst(ReadOnlySpan<T> items)
    {
        long produced = _sides.Produced;
        return Enqueue(items[..Math.Min(items.Length, (int)Free(produced, items.Length))], produced);
    }

    /// <summary>Puts in all of <paramref name="items"/> or none. Only the producer calls it.</summary>
    /// <returns>Whether they went in.</returns>
    public bool TryEnqueueBulk(ReadOnlySpan<T> items)
    {
        long produced = _sides.Produced;
        if (Free(produced, items.Length) < items.Length)
        {
            return false;
        }

        Enqueue(items, produced);
        return true;
    }

    /// <summary>Takes up to <c>items.Length</c> items, oldest first. Only the consumer calls it.</summary>
    /// <returns>How many were taken.</returns>
    public int DequeueBurst(Span<T> items)
    {
        long consumed = _sides.Consumed;
        return Dequeue(items[..Math.Min(items.Length, (int)Available(consumed, items.Length))], consumed);
    }

    /// <summary>Takes exactly <c>items.Length</c> items, oldest first, or none. Only the consumer calls it.</summary>
    /// <returns>Whether they were taken.</returns>
    public bool TryDequeueBulk(Span<T> items)
    {
        long consumed = _sides.Consumed;
        if (Available(consumed, items.Length) < items.Length)
        {
            return false;
        }

        Dequeue(items, consumed);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Free(long produced, int wanted)
    {
        long free = _slots.Count - (produced - _sides.ShadowConsumed);
        if (free < wanted)
        {
            // Pairs with the release of Consumed in Dequeue: the slots were read before they count as free.
            _sides.ShadowConsumed = MemoryOrder.LoadAcquire(ref _cursors.Consumed);
            free = _slots.Count - (produced - _sides.ShadowConsumed);
        }

        return free;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Available(long consumed, int wanted)
    {
        long available = _sides.ShadowProduced - consumed;
        if (available < wanted)
        {
            // Pairs with the release of Produced in Enqueue: the items are there before they count as available.
            _sides.ShadowProduced = MemoryOrder.LoadAcquire(ref _cursors.Produced);
            available = _sides.ShadowProduced - consumed;
        }

        return available;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Enqueue(ReadOnlySpan<T> items, long produced)
    {
        if (items.IsEmpty)
        {
            return 0;
        }

        _slots.Write(produced, items);
        _sides.Produced = produced + items.Length;

        // Pairs with the acquire of Produced in Available.
        MemoryOrder.StoreRelease(ref _cursors.Produced, produced + items.Length);
        return items.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Dequeue(Span<T> items, long consumed)
    {
        if (items.IsEmpty)
        {
            return 0;
        }

        _slots.Read(consumed, items);
        _sides.Consumed = consumed + items.Length;

        // Pairs with the acquire of Consumed in Free.
        MemoryOrder.StoreRelease(ref _cursors.Consumed, consumed + items.Length);
        return items.Length;
    }
}
