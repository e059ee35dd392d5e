using System.Globalization;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>A directory tree with the files of /sys and /proc that tell of hugepages, for machines the tests do not run on.</summary>
internal sealed class FakeMachine : IDisposable
{
    internal const int TwoMegabytes = 2048;
    internal const int OneGigabyte = 1048576;

    internal FakeMachine(int nodes, params int[] pageSizes)
    {
        Root = Directory.CreateTempSubdirectory("pollio-machine-").FullName;
        Write("proc/meminfo", "MemTotal:       67108864 kB\nHugepagesize:       2048 kB\n");
        Write("proc/mounts", "proc /proc proc rw,relatime 0 0\n");
        foreach (int kib in pageSizes)
        {
            SetPool(kib, -1, 0, 0);
            for (int node = 0; node < nodes; node++)
            {
                SetPool(kib, node, 0, 0);
            }
        }
    }

    internal string Root { get; }

    internal static string Pool(int kib, int node) => node < 0
        ? $"sys/kernel/mm/hugepages/hugepages-{kib}kB"
        : $"sys/devices/system/node/node{node}/hugepages/hugepages-{kib}kB";

    internal void SetPool(int kib, int node, int total, int free, int reserved = 0)
    {
        string pool = Pool(kib, node);
        Write($"{pool}/nr_hugepages", $"{total}\n");
        Write($"{pool}/free_hugepages", $"{free}\n");
        Write($"{pool}/surplus_hugepages", "0\n");
        if (node < 0)
        {
            Write($"{pool}/resv_hugepages", $"{reserved}\n");
        }
    }

    internal int TotalOf(int kib, int node) =>
        int.Parse(File.ReadAllText(Path.Combine(Root, Pool(kib, node), "nr_hugepages")), CultureInfo.InvariantCulture);

    /// <summary>Makes a pool that takes no pages, as a machine without free memory.</summary>
    internal void MakeUngrantable(int kib, int node)
    {
        string path = Path.Combine(Root, Pool(kib, node), "nr_hugepages");
        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/null");
    }

    internal void Write(string path, string text)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
