namespace PollIO.SideBySide.Contests;

/// <summary>All measurements of a contest.</summary>
/// <param name="Contest">The contest.</param>
/// <param name="Measurements">One list for each contestant, in the contest's order, one measurement a pair; empty when it did not take part.</param>
/// <param name="Reasons">For each contestant why it has no, or not all, measurements; null when it has them.</param>
internal sealed record ContestResult(
    Contest Contest,
    IReadOnlyList<IReadOnlyList<Measurement>> Measurements,
    IReadOnlyList<string?> Reasons)
{
    /// <summary>All figures of a contestant in a row.</summary>
    internal IReadOnlyList<double> Figures(Row row, int contestant) =>
        [.. Measurements[contestant].Where(run => run.Sample.Values.ContainsKey(row.Key)).Select(run => run.Sample.Values[row.Key])];

    /// <summary>Our figures and another contestant's, pair by pair, where both have them and neither is zero: nothing moved then.</summary>
    internal IReadOnlyList<(double Ours, double Theirs)> Pairs(Row row, int contestant) =>
        [.. PairsWithZeros(row, contestant).Where(pair => pair.Ours > 0 && pair.Theirs > 0)];

    /// <summary>Pairs in which a side has a figure, and it is zero.</summary>
    internal int PairsWithoutMovement(Row row, int contestant) =>
        PairsWithZeros(row, contestant).Count(pair => !(pair.Ours > 0 && pair.Theirs > 0));

    private IEnumerable<(double Ours, double Theirs)> PairsWithZeros(Row row, int contestant)
    {
        int count = Math.Min(Measurements[0].Count, Measurements[contestant].Count);
        for (int i = 0; i < count; i++)
        {
            if (Measurements[0][i].Sample.Values.TryGetValue(row.Key, out double ours)
                && Measurements[contestant][i].Sample.Values.TryGetValue(row.Key, out double theirs))
            {
                yield return (ours, theirs);
            }
        }
    }
}
