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

    private static readonly Lock s_lock = new();
    private static long s_next = Start;

    /// <summary>
    /// Sets aside a window for one file's mappings; whoever owns it maps inside with MAP_FIXED_NOREPLACE and skips what the
    /// process has put there already.
    /// </summary>
    /// <param name="length">Bytes; rounded up to 1 GiB, and aligned to it.</param>
    /// <returns>First address of the window.</returns>
    /// <exception cref="PollIOException">The space below 2^39 is used up.</exception>
    public static long ReserveWindow(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        length = (length + Alignment - 1) & -Alignment;
        lock (s_lock)
        {
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
}
