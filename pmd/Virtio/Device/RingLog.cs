namespace PollIO.Pmd.Virtio.Device;

/// <summary>Logs what the device writes into a ring itself.</summary>
/// <param name="log">The log.</param>
/// <param name="descriptors">Guest physical address of the descriptors.</param>
/// <param name="device">The same of what the device writes: the used ring, or its event suppression.</param>
internal sealed class RingLog(DirtyLog log, ulong descriptors, ulong device)
{
    /// <summary>Marks part of the used ring or the event suppression.</summary>
    internal void MarkDevice(ulong offset, ulong length) => log.Mark(device + offset, length);

    /// <summary>Marks used elements of a split ring.</summary>
    /// <param name="first">The first one's position.</param>
    /// <param name="count">How many, wherever the ring wraps.</param>
    /// <param name="size">Of the ring.</param>
    internal void MarkUsedEntries(uint first, uint count, uint size) =>
        MarkEntries(device + SplitRing.UsedEntriesOffset, UsedElement.Size, first, count, size);

    /// <summary>Marks descriptors; as <see cref="MarkUsedEntries"/>.</summary>
    internal void MarkDescriptors(uint first, uint count, uint size) =>
        MarkEntries(descriptors, RingDescriptor.Size, first, count, size);

    private void MarkEntries(ulong start, uint entry, uint first, uint count, uint size)
    {
        first &= size - 1;
        count = Math.Min(count, size);
        uint upToEnd = Math.Min(count, size - first);
        log.Mark(start + (first * entry), upToEnd * entry);
        log.Mark(start, (count - upToEnd) * entry);
    }
}
