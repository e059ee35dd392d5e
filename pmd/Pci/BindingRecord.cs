namespace PollIO.Pmd.Pci;

/// <summary>
/// Remembers, across processes until the next boot, which driver a function had before it was taken: a text file with a line for
/// each, address, driver and driver_override.
/// </summary>
internal sealed class BindingRecord(string path = "/run/pollio/bindings")
{
    private const string Nothing = "-";

    /// <summary>Every function there is a record of.</summary>
    internal IReadOnlyList<PciAddress> Addresses => [.. Read().Keys];

    /// <summary>Where a function was, or null when there is no record.</summary>
    internal FormerBinding? Find(PciAddress address) => Read().TryGetValue(address, out FormerBinding former) ? former : null;

    /// <summary>Records where a function was, unless that is recorded: the first is where it belongs.</summary>
    /// <returns>Whether the record is new.</returns>
    /// <exception cref="PollIOException">The file cannot be written.</exception>
    internal bool Remember(PciAddress address, FormerBinding former)
    {
        SortedDictionary<PciAddress, FormerBinding> all = Read();
        if (!all.TryAdd(address, former))
        {
            return false;
        }

        Write(all);
        return true;
    }

    /// <summary>Drops the record of a function.</summary>
    /// <exception cref="PollIOException">The file cannot be written.</exception>
    internal void Forget(PciAddress address)
    {
        SortedDictionary<PciAddress, FormerBinding> all = Read();
        if (all.Remove(address))
        {
            Write(all);
        }
    }

    private static string? NameIn(string field) => field == Nothing ? null : field;

    private SortedDictionary<PciAddress, FormerBinding> Read()
    {
        var all = new SortedDictionary<PciAddress, FormerBinding>(Comparer<PciAddress>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString())));
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return all;
        }

        foreach (string line in lines)
        {
            if (line.Split(' ') is [var address, { Length: > 0 } driver, { Length: > 0 } asked] && PciAddress.TryParse(address, out PciAddress parsed))
            {
                all[parsed] = new FormerBinding(NameIn(driver), NameIn(asked));
            }
        }

        return all;
    }

    private void Write(SortedDictionary<PciAddress, FormerBinding> all)
    {
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);

            // Replaced whole, so that a crash leaves the former record or the new one.
            string next = path + ".new";
            File.WriteAllLines(next, all.Select(pair => $"{pair.Key} {pair.Value.Driver ?? Nothing} {pair.Value.Override ?? Nothing}"));
            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException("remember drivers", path, "the file cannot be written", remedy: "run it as root (sudo)", innerException: e);
        }
    }
}
