using System.Globalization;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>Free hugepages of 2 MiB for one test: what is missing is added, and taken away again on dispose.</summary>
internal sealed class HugepageReservation : IDisposable
{
    internal const long PageSize = 2L << 20;

    private const string TotalPath = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";

    private readonly long _added;

    private HugepageReservation(long added) => _added = added;

    /// <summary>Whether this process may change the number of pages: root outside a container.</summary>
    internal static bool CanChange
    {
        get
        {
            try
            {
                using FileStream file = File.Open(TotalPath, FileMode.Open, FileAccess.Write);
                return true;
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                return false;
            }
        }
    }

    internal static HugepagePool Pool => HugepageInfo.Read().Find(PageSize) ?? default;

    /// <summary>Skips the test, with the reason, when the pages cannot be had.</summary>
    internal static HugepageReservation Of(long pages)
    {
        HugepagePool pool = Pool;
        Assert.SkipUnless(pool.PageSize == PageSize, "the kernel has no 2 MiB hugepages");
        long missing = Math.Max(0, pages - pool.Available);
        Assert.SkipUnless(missing == 0 || CanChange, $"{pages} free hugepages of 2 MiB needed: run as root, or reserve them");
        SetTotal(pool.Total + missing);
        var reservation = new HugepageReservation(Pool.Total - pool.Total);
        if (Pool.Available < pages)
        {
            reservation.Dispose();
            Assert.Skip($"{pages} free hugepages of 2 MiB needed, and the kernel granted fewer");
        }

        return reservation;
    }

    // The difference is taken away, not the old total written back: another process may have changed it meanwhile.
    public void Dispose() => SetTotal(Pool.Total - _added);

    internal static void SetTotal(long total)
    {
        if (total != Pool.Total)
        {
            File.WriteAllText(TotalPath, total.ToString(CultureInfo.InvariantCulture));
        }
    }
}
