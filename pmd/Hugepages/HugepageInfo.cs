using System.Globalization;

namespace PollIO.Pmd.Hugepages;

/// <summary>
/// A snapshot of the machine's hugepages (/sys/kernel/mm/hugepages, /sys/devices/system/node, /proc/mounts). A machine or
/// container that has none gives empty lists, never an error.
/// </summary>
/// <remarks>Source: Linux Documentation/admin-guide/mm/hugetlbpage.rst.</remarks>
public sealed class HugepageInfo
{
    private const string Prefix = "hugepages-";
    private const string Suffix = "kB";

    private HugepageInfo(IReadOnlyList<HugepagePool> pools, IReadOnlyList<HugepagePool> nodePools, IReadOnlyList<HugetlbfsMount> mounts)
    {
        Pools = pools;
        NodePools = nodePools;
        Mounts = mounts;
    }

    /// <summary>The machine's pools, one for each page size the kernel supports, smallest first.</summary>
    public IReadOnlyList<HugepagePool> Pools { get; }

    /// <summary>The pools of each NUMA node, by node and page size; empty where the kernel shows no nodes.</summary>
    public IReadOnlyList<HugepagePool> NodePools { get; }

    /// <summary>The mounted hugetlbfs file systems, in the order they were mounted.</summary>
    public IReadOnlyList<HugetlbfsMount> Mounts { get; }

    /// <summary>Reads the snapshot.</summary>
    public static HugepageInfo Read() => Read("/");

    /// <summary>Reads the snapshot from a tree that looks like <paramref name="root"/>.</summary>
    internal static HugepageInfo Read(string root)
    {
        List<HugepagePool> pools = ReadPools(Path.Combine(root, "sys/kernel/mm/hugepages"), -1);
        List<HugepagePool> nodePools = [];
        foreach ((int node, string path) in NodeDirectories(Path.Combine(root, "sys/devices/system/node")))
        {
            nodePools.AddRange(ReadPools(Path.Combine(path, "hugepages"), node));
        }

        return new HugepageInfo(pools, nodePools, HugetlbfsMount.ReadAll(Path.Combine(root, "proc/mounts"), DefaultPageSize(root)));
    }

    /// <summary>The pool of this page size and node.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="numaNode">The node, or -1 for the whole machine.</param>
    /// <returns>Null when the kernel does not support the size or has no such node.</returns>
    public HugepagePool? Find(long pageSize, int numaNode = -1)
    {
        foreach (HugepagePool pool in numaNode < 0 ? Pools : NodePools)
        {
            if (pool.PageSize == pageSize && pool.NumaNode == numaNode)
            {
                return pool;
            }
        }

        return null;
    }

    /// <summary>The command after which <paramref name="bytes"/> more can be had from a pool.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="bytes">Bytes wanted; rounded up to whole pages.</param>
    /// <param name="numaNode">The node, or -1 for any.</param>
    public string ReserveCommand(long pageSize, long bytes, int numaNode = -1) =>
        $"sudo ./hugepages.sh {ReserveArguments(pageSize, bytes, numaNode)}";

    /// <summary>The same without the name of the script.</summary>
    internal string ReserveArguments(long pageSize, long bytes, int numaNode = -1)
    {
        long missing = Math.Max(0, ((bytes + pageSize - 1) / pageSize) - (Find(pageSize, numaNode)?.Available ?? 0));
        int[] nodes = [.. NodePools.Where(pool => pool.PageSize == pageSize).Select(pool => pool.NumaNode)];

        // Without a node, hugepages.sh gives each node the whole size: where there are several, one of them is enough.
        int target = numaNode < 0 && nodes.Length > 1 ? nodes[0] : numaNode;
        long total = (Find(pageSize, target)?.Total ?? 0) + missing;
        string node = target < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" --node {target}");
        return $"--pagesize {FormatSize(pageSize)} --reserve {FormatSize(total * pageSize)}{node}";
    }

    /// <summary>A size as hugepages.sh takes it: in the largest of G, M and K that divides it.</summary>
    public static string FormatSize(long bytes)
    {
        (long unit, string suffix) = bytes switch
        {
            0 => (1, ""),
            _ when bytes % (1L << 30) == 0 => (1L << 30, "G"),
            _ when bytes % (1L << 20) == 0 => (1L << 20, "M"),
            _ when bytes % (1L << 10) == 0 => (1L << 10, "K"),
            _ => (1, ""),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / unit}{suffix}");
    }

    private static List<HugepagePool> ReadPools(string directory, int node)
    {
        List<HugepagePool> pools = [];
        if (!Directory.Exists(directory))
        {
            return pools;
        }

        foreach (string path in Directory.GetDirectories(directory, Prefix + "*" + Suffix))
        {
            string name = Path.GetFileName(path);
            if (long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long kib))
            {
                pools.Add(new HugepagePool(
                    kib << 10, node, ReadCount(path, "nr_hugepages"), ReadCount(path, "free_hugepages"), ReadCount(path, "resv_hugepages"), ReadCount(path, "surplus_hugepages")));
            }
        }

        pools.Sort((a, b) => a.PageSize.CompareTo(b.PageSize));
        return pools;
    }

    private static long ReadCount(string directory, string file)
    {
        string path = Path.Combine(directory, file);
        return File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long count) ? count : 0;
    }

    private static List<(int Node, string Path)> NodeDirectories(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        List<(int Node, string Path)> nodes = [];
        foreach (string path in Directory.GetDirectories(directory, "node*"))
        {
            if (int.TryParse(Path.GetFileName(path).AsSpan("node".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int node))
            {
                nodes.Add((node, path));
            }
        }

        nodes.Sort();
        return nodes;
    }

    private static long DefaultPageSize(string root)
    {
        string path = Path.Combine(root, "proc/meminfo");
        string? line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith("Hugepagesize:", StringComparison.Ordinal)) : null;
        string[] fields = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length >= 2 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out long kib) ? kib << 10 : 0;
    }
}
