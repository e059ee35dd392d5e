using System.Globalization;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>Free hugepages for one test: what is missing is added, and taken away again on dispose.</summary>
internal sealed class HugepageReservation : IDisposable
{
    internal const long PageSize = 2L << 20;

    private readonly long _pageSize;
    private readonly long _added;

    private HugepageReservation(long pageSize, long pages)
    {
        _pageSize = pageSize;
        HugepagePool before = PoolOf(pageSize);
        long missing = Math.Max(0, pages - before.Available);
        if (missing > 0 && CanChangePool(pageSize))
        {
            SetTotal(pageSize, before.Total + missing);
        }

        _added = PoolOf(pageSize).Total - before.Total;
        IsGranted = PoolOf(pageSize).Available >= pages;
    }

    /// <summary>Whether this process may change the number of 2 MiB pages: root outside a container.</summary>
    internal static bool CanChange => CanChangePool(PageSize);

    internal static HugepagePool Pool => PoolOf(PageSize);

    /// <summary>Whether as many pages as asked for are free now.</summary>
    internal bool IsGranted { get; }

    /// <summary>Skips the test, with the reason, when the 2 MiB pages cannot be had.</summary>
    internal static HugepageReservation Of(long pages)
    {
        Assert.SkipUnless(Pool.PageSize == PageSize, "the kernel has no 2 MiB hugepages");
        HugepageReservation reservation = TryGet(PageSize, pages);
        if (!reservation.IsGranted)
        {
            reservation.Dispose();
            Assert.Skip($"{pages} free hugepages of 2 MiB needed: run as root, or reserve them");
        }

        return reservation;
    }

    /// <summary>Adds the pages that are missing, as far as this process may and the kernel grants them.</summary>
    internal static HugepageReservation TryGet(long pageSize, long pages) => new(pageSize, pages);

    // The difference is taken away, not the old total written back: another process may have changed it meanwhile.
    public void Dispose() => SetTotal(_pageSize, PoolOf(_pageSize).Total - _added);

    internal static void SetTotal(long total) => SetTotal(PageSize, total);

    private static HugepagePool PoolOf(long pageSize) => HugepageInfo.Read().Find(pageSize) ?? default;

    private static string TotalPath(long pageSize) => $"/sys/kernel/mm/hugepages/hugepages-{pageSize >> 10}kB/nr_hugepages";

    private static bool CanChangePool(long pageSize)
    {
        try
        {
            using FileStream file = File.Open(TotalPath(pageSize), FileMode.Open, FileAccess.Write);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static void SetTotal(long pageSize, long total)
    {
        if (total != PoolOf(pageSize).Total)
        {
            File.WriteAllText(TotalPath(pageSize), total.ToString(CultureInfo.InvariantCulture));
        }
    }
}
