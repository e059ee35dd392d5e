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

    /// <summary>Our lowest and highest figure; null when we were not measured.</summary>
    internal (double Low, double High)? OursSpread { get; init; }

    internal double TheirsMedian { get; init; }

    internal (double Low, double High) TheirsSpread { get; init; }

    internal double RatioMedian { get; init; }

    internal MedianInterval Interval { get; init; }

    /// <summary>Pairs of which a run was disturbed to the last repetition.</summary>
    internal int Disturbed { get; init; }

    /// <summary>Pairs of which a run saw a core-to-core round trip above 150 ns.</summary>
    internal int FarCores { get; init; }

    /// <summary>Most managed bytes we allocated in a run while measured; null when that was not counted.</summary>
    internal long? AllocatedBytes { get; init; }

    /// <summary>Most collections in a run of ours while measured; null when they were not counted.</summary>
    internal int? Collections { get; init; }

    /// <summary>Our runs with allocations or collections while measured.</summary>
    internal int Allocating { get; init; }

    /// <summary>Why there are no, or fewer, pairs; null when there are all.</summary>
    internal string? Reason { get; init; }

    internal static RatioLine Create(ContestResult result, Row row, int contestant)
    {
        IReadOnlyList<(double Ours, double Theirs)> pairs = result.Pairs(row, contestant);
        string? reason = result.Reasons[0] ?? result.Reasons[contestant]
            ?? (result.PairsWithoutMovement(row, contestant) != 0 ? "a side moved nothing while measured" : null);
        IReadOnlyList<double> ours = result.Figures(row, 0);
        Sample[] samples = [.. result.Measurements[0].Select(run => run.Sample)];
        var line = new RatioLine
        {
            Row = row,
            Contest = result.Contest.Title,
            Against = result.Contest.Contestants[contestant].Name,
            Ratios = [.. pairs.Select(pair => row.Ratio(pair.Ours, pair.Theirs))],
            OursMedian = ours.Count == 0 ? null : Quantiles.Median(ours),
            OursSpread = ours.Count == 0 ? null : (ours.Min(), ours.Max()),
            AllocatedBytes = samples.Max(sample => sample.AllocatedBytes),
            Collections = samples.Max(sample => sample.Collections),
            Allocating = samples.Count(sample => sample.AllocatedBytes > 0 || sample.Collections > 0),
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
            TheirsSpread = (pairs.Min(pair => pair.Theirs), pairs.Max(pair => pair.Theirs)),
            RatioMedian = Quantiles.Median(line.Ratios),
            Interval = Quantiles.IntervalOfMedian(line.Ratios),
            Disturbed = runs.Count(run => run.Ours.IsDisturbed || run.Theirs.IsDisturbed),
            FarCores = runs.Count(run => Math.Max(run.Ours.RoundTripNanoseconds, run.Theirs.RoundTripNanoseconds) > CoreRoundTrip.FarNanoseconds),
        };
    }
}
