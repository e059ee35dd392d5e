using System.Runtime.InteropServices;

namespace PollIO.Pmd.Pci;

/// <summary>Bytes of a BAR. Mirrors struct pollio_vfio_area.</summary>
/// <param name="Offset">From the BAR's start.</param>
/// <param name="Length">Bytes; 0 is nothing.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BarArea(ulong Offset, ulong Length)
{
    /// <summary>The first byte after it.</summary>
    internal ulong End => Offset + Length;

    /// <summary>
    /// Whole pages of <paramref name="areas"/> that may be mapped: inside the BAR, and without a byte of <paramref name="table"/>. The kernel
    /// offers the pages of the MSI-X table too; who writes there sends a device's interrupt to any address.
    /// </summary>
    /// <param name="areas">What the kernel offers.</param>
    /// <param name="table">The MSI-X table; empty for none.</param>
    /// <param name="page">The system's page size.</param>
    internal static List<BarArea> Mappable(ReadOnlySpan<BarArea> areas, BarArea table, ulong page)
    {
        List<BarArea> kept = [];
        ulong tableStart = table.Offset & ~(page - 1);
        ulong tableEnd = table.Length == 0 ? tableStart : (table.End + page - 1) & ~(page - 1);
        foreach (BarArea area in areas)
        {
            // mmap takes offsets at page boundaries only.
            ulong start = (area.Offset + page - 1) & ~(page - 1);
            if (tableEnd == tableStart || tableEnd <= start || tableStart >= area.End)
            {
                Keep(start, area.End);
            }
            else
            {
                Keep(start, tableStart);
                Keep(tableEnd, area.End);
            }
        }

        kept.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return kept;

        void Keep(ulong start, ulong end)
        {
            if (end > start)
            {
                kept.Add(new BarArea(start, end - start));
            }
        }
    }
}
