namespace PollIO;

/// <summary>
/// Where data elements lie in a pool's region: none crosses a multiple of 2 MiB, so none lies in two hugepages. A device that takes
/// physical addresses sees every page apart; it costs less than one element in 2 MiB.
/// </summary>
internal static class PoolLayout
{
    /// <summary>Bytes of a block no element leaves: the smallest hugepage. Regions of hugepages start on a multiple of it.</summary>
    internal const int BlockSize = 2 << 20;

    /// <summary>Bytes of a region for so many elements.</summary>
    internal static long LengthOf(int count, int elementSize) => OffsetOf(count - 1, elementSize) + elementSize;

    /// <summary>Bytes from the region's start to an element.</summary>
    internal static long OffsetOf(int index, int elementSize)
    {
        (int block, int inside) = Math.DivRem(index, BlockSize / elementSize);
        return ((long)block * BlockSize) + (inside * elementSize);
    }
}
