namespace PollIO;

/// <summary>
/// Hands out address windows for DMA mappings, from 4 GiB upward and below 2^39: IOMMUs with 39 address bits are common,
/// and the addresses mmap chooses by itself lie above what they translate.
/// </summary>
public static class DmaAddressSpace
{
    /// <summary>Lowest address handed out.</summary>
    public const long Start = 0x1_0000_0000;

    /// <summary>First address beyond what a 39-bit IOMMU translates.</summary>
    public const long End = 1L << 39;

    private const long Alignment = 1L << 30;

    // Of what is left, one window may be this part: however many come, there is room for another.
    private const int LargestShare = 4;

    private static readonly Lock s_lock = new();
    private static long s_next = Start;

    /// <summary>
    /// Sets aside a window for one file's mappings; whoever owns it maps inside with MAP_FIXED_NOREPLACE and skips what the
    /// process has put there already.
    /// </summary>
    /// <param name="length">Bytes; rounded up to 1 GiB, and aligned to it.</param>
    /// <returns>First address of the window.</returns>
    /// <exception cref="PollIOException">The space below 2^39 is used up.</exception>
    public static long ReserveWindow(long length) => ReserveWindow(length, length, out _);

    /// <summary>Sets aside a window that is smaller when many are taken already.</summary>
    /// <param name="wanted">Bytes; rounded up to 1 GiB, and aligned to it.</param>
    /// <param name="least">Bytes without which the window is of no use.</param>
    /// <param name="length">Bytes of the window.</param>
    /// <returns>First address of the window.</returns>
    /// <exception cref="PollIOException">The space below 2^39 is used up.</exception>
    public static long ReserveWindow(long wanted, long least, out long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(least);
        ArgumentOutOfRangeException.ThrowIfLessThan(wanted, least);
        lock (s_lock)
        {
            length = LengthOf(wanted, least, End - s_next);
            if (length > End - s_next)
            {
                throw new PollIOException(
                    "reserve address window", "DMA memory", $"0x{length:x} bytes do not fit below the 39-bit limit of common IOMMUs (0x{End:x})");
            }

            long address = s_next;
            s_next += length;
            return address;
        }
    }
    internal static long LengthOf(long wanted, long least, long left) =>
        (Math.Max(least, Math.Min(wanted, left / LargestShare)) + Alignment - 1) & -Alignment;
}
