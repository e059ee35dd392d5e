using System.Globalization;

namespace PollIO.SideBySide.Machine;

/// <summary>Makes sure 2 MiB hugepages are free for DPDK, and puts the number back when disposed.</summary>
internal sealed class HugepageReservation : IDisposable
{
    private const string Folder = "/sys/kernel/mm/hugepages/hugepages-2048kB";

    private readonly int _before;
    private readonly bool _changed;

    private HugepageReservation(int before, int free, bool changed, string description)
    {
        _before = before;
        Free = free;
        _changed = changed;
        Description = description;
    }

    /// <summary>Pages free now.</summary>
    internal int Free { get; }

    /// <summary>What was there and what was done, for the report.</summary>
    internal string Description { get; }

    /// <summary>Reserves what is missing of <paramref name="pages"/>; without root, with what there is.</summary>
    internal static HugepageReservation Take(int pages)
    {
        if (!Directory.Exists(Folder))
        {
            return new HugepageReservation(0, 0, changed: false, "the kernel has no 2 MiB pages");
        }

        int before = Read("nr_hugepages");
        int free = Read("free_hugepages");
        if (free >= pages)
        {
            return new HugepageReservation(before, free, changed: false, $"{free} x 2 MiB were free");
        }

        try
        {
            Write(before + pages - free);
            int now = Read("free_hugepages");
            return new HugepageReservation(before, now, changed: true, $"{now} x 2 MiB free; {before} reserved before the run, put back after it");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return new HugepageReservation(before, free, changed: false, $"{free} x 2 MiB free, and only root can reserve more");
        }
    }

    public void Dispose()
    {
        if (_changed)
        {
            Write(_before);
        }
    }

    private static int Read(string name) =>
        int.Parse(File.ReadAllText($"{Folder}/{name}"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    private static void Write(int pages) =>
        File.WriteAllText($"{Folder}/nr_hugepages", pages.ToString(CultureInfo.InvariantCulture));
}
