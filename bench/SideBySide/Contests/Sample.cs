namespace PollIO.SideBySide.Contests;

/// <summary>What one run of one contestant gave.</summary>
/// <param name="Values">Figures by the key of their row.</param>
internal sealed record Sample(IReadOnlyDictionary<string, double> Values)
{
    /// <summary>Managed bytes the measured threads allocated while measured; null where there is no managed memory.</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>Collections in the process while measured.</summary>
    public int? Collections { get; init; }

    /// <summary>Counts that show the figures are real: packets by the kernel's own counters, losses.</summary>
    public IReadOnlyDictionary<string, double> Evidence { get; init; } = new Dictionary<string, double>();
}
