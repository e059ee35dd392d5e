namespace PollIO.Pmd.Pci;

/// <summary>Which interfaces lead out: those of the kernel's default routes, and those below them.</summary>
internal static class DefaultRoute
{
    private const string AnyIPv4 = "00000000";
    private const string AnyIPv6 = "00000000000000000000000000000000";
    private const string Upper = "upper_";

    /// <summary>Interfaces with a default route of either family (proc(5): /proc/net/route, /proc/net/ipv6_route).</summary>
    internal static IReadOnlyList<string> Interfaces(SysfsTree tree) =>
    [
        // Interface, destination, gateway, flags, three counters, mask.
        .. Rows(tree, "/proc/net/route").Where(row => row.Length > 7 && row[1] == AnyIPv4 && row[7] == AnyIPv4).Select(row => row[0]),

        // Destination, prefix length, source and its length, next hop, three counters, flags, interface. The loopback has one that rejects.
        .. Rows(tree, "/proc/net/ipv6_route").Where(row => row.Length > 9 && row[0] == AnyIPv6 && row[1] == "00" && row[9] != "lo").Select(row => row[9]),
    ];

    /// <summary>
    /// The interface with a default route that would lose its way out without <paramref name="name"/>: that one itself, or a
    /// bridge, bond or VLAN upon it. Null when there is none.
    /// </summary>
    internal static string? CarriedBy(SysfsTree tree, string name)
    {
        IReadOnlyList<string> carriers = Interfaces(tree);
        var seen = new HashSet<string>();
        var pending = new Queue<string>([name]);
        while (pending.TryDequeue(out string? current))
        {
            if (carriers.Contains(current))
            {
                return current;
            }

            foreach (string entry in tree.List($"/sys/class/net/{current}").Where(entry => entry.StartsWith(Upper, StringComparison.Ordinal) && seen.Add(entry)))
            {
                pending.Enqueue(entry[Upper.Length..]);
            }
        }

        return null;
    }

    private static IEnumerable<string[]> Rows(SysfsTree tree, string path) =>
        (tree.Read(path) ?? "").Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
