namespace PollIO.Pmd.Virtio;

/// <summary>Counts violations by kind, under the names of extended counters.</summary>
internal sealed class RingCounters
{
    private static readonly string[] s_names = ["", "index_jumps", "bad_ids", "bad_lengths", "bad_addresses", "chain_loops", "bad_flags"];

    private readonly long[] _counts = new long[s_names.Length];

    /// <summary>All of them.</summary>
    internal long Total => _counts.Sum();

    internal void Add(RingViolation violation) => _counts[(int)violation]++;

    /// <summary>The counters, by name.</summary>
    internal IEnumerable<KeyValuePair<string, long>> List() =>
        s_names.Zip(_counts, (name, count) => new KeyValuePair<string, long>(name, count)).Skip(1);
}
