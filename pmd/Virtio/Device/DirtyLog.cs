using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>
/// Which pages of a guest's memory were written, a bit for each, in memory that the peer reads and clears while it migrates the guest
/// (vhost-user, Migration). Any lcore may mark in it.
/// </summary>
internal sealed unsafe class DirtyLog
{
    /// <summary>VHOST_LOG_PAGE is two to this power.</summary>
    internal const int PageShift = 12;

    private readonly ulong* _words;
    private readonly ulong _pages;
    private long _missed;

    /// <param name="bits">The first bit's byte, a multiple of eight. SAFETY: mapped in whole pages for as long as a ring marks in it.</param>
    /// <param name="length">Bytes.</param>
    internal DirtyLog(nint bits, ulong length)
    {
        _words = (ulong*)bits;
        _pages = length * 8;
    }

    /// <summary>Writes of which at least one page lies beyond the log.</summary>
    internal long Missed => Volatile.Read(ref _missed);

    /// <summary>Marks the pages of a range that was written.</summary>
    /// <param name="guest">Guest physical address of its first byte.</param>
    /// <param name="length">Bytes; 0 marks nothing.</param>
    internal void Mark(ulong guest, ulong length)
    {
        if (length == 0)
        {
            return;
        }

        ulong page = guest >> PageShift, last = (guest + length - 1) >> PageShift;
        if (last >= _pages || last < page)
        {
            Interlocked.Increment(ref _missed);
            if (page >= _pages)
            {
                return;
            }

            last = _pages - 1;
        }

        for (; page <= last; page++)
        {
            // Before it the page is written, after it the bit is there; the peer takes the bit and then reads the page.
            // SAFETY: the page was compared with the log's length; a word does not cross the end of the mapping's last page.
            Interlocked.Or(ref Unsafe.AsRef<ulong>(_words + (page / 64)), 1UL << (int)(page % 64));
        }
    }
}
