namespace PollIO.Pmd.Virtio;

/// <summary>Whether the other side asked to be notified of what was just published. Every comparison survives the wrap of its index.</summary>
internal static class RingEvents
{
    /// <summary>Whether an index went past an event while it moved (virtio 1.2 §2.7.7.1 and §2.7.10.1).</summary>
    /// <param name="wanted">The index whose publication the other side wants to hear of.</param>
    /// <param name="now">The index now.</param>
    /// <param name="before">The index at the last time this was asked.</param>
    internal static bool IsDue(ushort wanted, ushort now, ushort before) => (ushort)(now - wanted - 1) < (ushort)(now - before);

    /// <summary>The same for a packed ring, whose positions count to the ring's size with a wrap counter (§2.8.10).</summary>
    /// <param name="suppression">What the other side wrote.</param>
    /// <param name="now">Descriptors published so far, from a count that began at a lap with wrap counter 1.</param>
    /// <param name="before">The same at the last time this was asked.</param>
    /// <param name="size">Descriptors in the ring, a power of two.</param>
    internal static bool IsDue(PackedEvent suppression, uint now, uint before, uint size)
    {
        switch (suppression.Flags)
        {
            case VirtioSpec.RING_EVENT_FLAGS_DISABLE:
                return false;
            case VirtioSpec.RING_EVENT_FLAGS_DESC:
                break;
            default:
                // A value that is reserved is answered as if notifications were wanted: one too many does no harm.
                return true;
        }

        // Positions with their wrap counter are positions in two laps; an event lies at most one lap ahead of what was published.
        uint span = (2 * size) - 1;
        uint offset = suppression.OffsetWrap & 0x7fffu;
        uint wanted = (offset & (size - 1)) + (suppression.OffsetWrap >> 15 != 0 ? 0 : size);
        return ((now - wanted - 1) & span) < Math.Min(now - before, span + 1);
    }

    /// <summary>A position of a packed ring as the other side reads it: offset and wrap counter.</summary>
    internal static ushort ToOffsetWrap(uint position, uint size) =>
        (ushort)((position & (size - 1)) | ((position & size) == 0 ? 0x8000u : 0));
}
