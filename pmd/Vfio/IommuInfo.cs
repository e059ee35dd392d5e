using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO.Pmd.Vfio;

/// <summary>What an IOMMU translates. Mirrors struct pollio_vfio_iommu_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IommuInfo
{
    /// <summary>POLLIO_VFIO_IOVA_RANGES.</summary>
    internal const int MaxRanges = 64;

    /// <summary>A bit for each page size; 0 when the kernel does not say.</summary>
    internal ulong PageSizes;

    /// <summary>Mappings still allowed (the module's dma_entry_limit); all ones when the kernel does not say.</summary>
    internal uint DmaEntries;

    /// <summary>Ranges there are; of more than <see cref="MaxRanges"/> the rest is not listed.</summary>
    internal uint RangeCount;

    internal RangeArray Ranges;

    /// <summary>Whether IOVAs <paramref name="first"/> to <paramref name="last"/> are translated, as far as the kernel says.</summary>
    internal readonly bool Translates(ulong first, ulong last)
    {
        if (RangeCount is 0 or > MaxRanges)
        {
            return true;
        }

        foreach (IovaRange range in ((ReadOnlySpan<IovaRange>)Ranges)[..(int)RangeCount])
        {
            if (first >= range.First && last <= range.Last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The ranges, for messages: <c>0x0-0xfedfffff, 0xfef00000-0x7fffffffff</c>.</summary>
    internal readonly string DescribeRanges()
    {
        ReadOnlySpan<IovaRange> ranges = Ranges;
        return string.Join(", ", ranges[..(int)Math.Min(RangeCount, MaxRanges)].ToArray().Select(range => $"0x{range.First:x}-0x{range.Last:x}"));
    }

    /// <summary>First and last IOVA of a range. Mirrors struct pollio_vfio_iova_range.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IovaRange
    {
        internal ulong First;
        internal ulong Last;
    }

    /// <summary>Of these the first <see cref="RangeCount"/> count.</summary>
    [InlineArray(MaxRanges)]
    internal struct RangeArray
    {
        private IovaRange _first;
    }
}
