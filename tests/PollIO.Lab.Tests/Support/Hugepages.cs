using System.Globalization;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>Reserves 2 MiB hugepages, mounts a hugetlbfs, and gives both back.</summary>
internal sealed class Hugepages : IDisposable
{
    internal const string Mount = "/dev/hugepages";

    private const string Pool = "/sys/kernel/mm/hugepages/hugepages-2048kB";

    private Hugepages()
    {
    }

    /// <summary>Pages nobody uses.</summary>
    internal static int Free => Read("free_hugepages");

    internal static async Task<Hugepages> ReserveAsync(int pages)
    {
        var hugepages = new Hugepages();
        await File.WriteAllTextAsync($"{Pool}/nr_hugepages", $"{pages}");
        Assert.Equal(pages, Read("nr_hugepages"));
        Directory.CreateDirectory(Mount);
        if (!IsMounted)
        {
            await ToolRunner.RunSuccessfullyAsync("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", Mount);
        }

        return hugepages;
    }

    public void Dispose() => File.WriteAllText($"{Pool}/nr_hugepages", "0");

    private static bool IsMounted => File.ReadLines("/proc/mounts").Any(line => line.Contains($" {Mount} hugetlbfs ", StringComparison.Ordinal));

    private static int Read(string name) => int.Parse(File.ReadAllText($"{Pool}/{name}"), CultureInfo.InvariantCulture);
}
