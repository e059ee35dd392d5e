using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Machine;
using PollIO.SideBySide.Statistics;

namespace PollIO.SideBySide.Reporting;

/// <summary>PollIO against one contestant in one figure.</summary>
internal sealed record RatioLine
{
    internal required Row Row { get; init; }

    /// <summary>The contest's own name where it has several rows, else its row's.</summary>
    internal required string Contest { get; init; }

    internal required string Against { get; init; }

    /// <summary>Ratios pair by pair; empty when nothing was measured.</summary>
    internal required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>Our median; null when we were not measured.</summary>
    internal double? OursMedian { get; init; }

    internal double TheirsMedian { get; init; }

    internal double RatioMedian { get; init; }

    internal MedianInterval Interval { get; init; }

    /// <summary>Pairs of which a run was disturbed to the last repetition.</summary>
    internal int Disturbed { get; init; }

    /// <summary>Pairs of which a run saw a core-to-core round trip above 150 ns.</summary>
    internal int FarCores { get; init; }

    /// <summary>Why there are no, or fewer, pairs; null when there are all.</summary>
    internal string? Reason { get; init; }

    internal static RatioLine Create(ContestResult result, Row row, int contestant)
    {
        IReadOnlyList<(double Ours, double Theirs)> pairs = result.Pairs(row, contestant);
        string? reason = result.Reasons[0] ?? result.Reasons[contestant];
        double[] ours = [.. result.Measurements[0].Where(run => run.Sample.Values.ContainsKey(row.Key)).Select(run => run.Sample.Values[row.Key])];
        var line = new RatioLine
        {
            Row = row,
            Contest = result.Contest.Title,
            Against = result.Contest.Contestants[contestant].Name,
            Ratios = [.. pairs.Select(pair => row.Ratio(pair.Ours, pair.Theirs))],
            OursMedian = ours.Length == 0 ? null : Quantiles.Median(ours),
            Reason = pairs.Count == 0 ? reason ?? "the test does not have this figure" : reason,
        };
        if (pairs.Count == 0)
        {
            return line;
        }

        (Measurement Ours, Measurement Theirs)[] runs = [.. result.Measurements[0].Zip(result.Measurements[contestant])];
        return line with
        {
            TheirsMedian = Quantiles.Median([.. pairs.Select(pair => pair.Theirs)]),
            RatioMedian = Quantiles.Median(line.Ratios),
            Interval = Quantiles.IntervalOfMedian(line.Ratios),
            Disturbed = runs.Count(run => run.Ours.IsDisturbed || run.Theirs.IsDisturbed),
            FarCores = runs.Count(run => Math.Max(run.Ours.RoundTripNanoseconds, run.Theirs.RoundTripNanoseconds) > CoreRoundTrip.FarNanoseconds),
        };
    }
}
