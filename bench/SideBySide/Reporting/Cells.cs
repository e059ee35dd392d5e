using System.Globalization;

namespace PollIO.SideBySide.Reporting;

/// <summary>How figures look in every format.</summary>
internal static class Cells
{
    internal static readonly string[] RatioHeadings = ["", "unit", "PollIO", "against", "", "ratio", "interval", "pairs", ""];

    /// <summary>Headings of <see cref="DetailedOf"/>.</summary>
    internal static readonly string[] DetailedHeadings =
        ["", "unit", "PollIO (spread)", "against", "(spread)", "ratio", "interval", "pairs", "allocated bytes", "collections", ""];

    /// <summary>
    /// The cells of a line; marks are "d" for disturbed pairs, "f" for pairs with far cores and "a" for runs that allocated, each with
    /// their number.
    /// </summary>
    internal static string[] Of(RatioLine line)
    {
        string ours = line.OursMedian is { } median ? Figure(median, line.Row.Unit) : "-";
        if (line.Ratios.Count == 0)
        {
            return [line.Row.Title, line.Row.Unit, ours, line.Against, "-", "-", "-", "0", Mark(line.Allocating, "a")];
        }

        string marks = string.Join(
            ' ', ((string[])[Mark(line.Disturbed, "d"), Mark(line.FarCores, "f"), Mark(line.Allocating, "a")]).Where(mark => mark.Length != 0));
        return
        [
            line.Row.Title,
            line.Row.Unit,
            ours,
            line.Against,
            Figure(line.TheirsMedian, line.Row.Unit),
            Invariant($"{line.RatioMedian:F2}"),
            Invariant($"{line.Interval.Low:F2}..{line.Interval.High:F2}"),
            Invariant($"{line.Ratios.Count}"),
            marks,
        ];

        static string Mark(int count, string mark) => count == 0 ? "" : Invariant($"{count}{mark}");
    }

    /// <summary>The cells of a line, with the lowest and highest figure, allocated bytes and collections.</summary>
    internal static string[] DetailedOf(RatioLine line)
    {
        string[] cells = Of(line);
        string Spread((double Low, double High) spread) => $" ({Figure(spread.Low, line.Row.Unit)}..{Figure(spread.High, line.Row.Unit)})";
        return
        [
            .. cells[..2],
            cells[2] + (line.OursSpread is { } ours ? Spread(ours) : ""),
            cells[3],
            cells[4] + (line.Ratios.Count != 0 ? Spread(line.TheirsSpread) : ""),
            .. cells[5..8],
            line.AllocatedBytes is { } bytes ? Invariant($"{bytes}") : "-",
            line.Collections is { } collections ? Invariant($"{collections}") : "-",
            cells[8],
        ];
    }

    internal static string Figure(double value, string unit) =>
        unit == "Mpps" ? Invariant($"{value / 1e6:F3}") : Invariant($"{value:F2}");

    internal static string Evidence(double value) =>
        Math.Abs(value) >= 1000 ? Invariant($"{value:N0}") : value == Math.Floor(value) ? Invariant($"{value:F0}") : Invariant($"{value:F2}");

    /// <summary>What the columns and marks mean.</summary>
    internal static IEnumerable<string> Legend(Report report)
    {
        yield return "Figures are medians. A ratio is the median of the ratios of the pairs, above 1 where PollIO is better.";
        yield return IntervalMeaning(report);
        RatioLine[] lines = [.. report.Ratios()];
        if (lines.Any(line => line.Disturbed != 0))
        {
            yield return Invariant($"Nd: in N pairs a run was disturbed above {report.Options.MaxLoad * 100:0.#}% however often it was repeated: measure again on a quiet machine.");
        }

        if (lines.Any(line => line.FarCores != 0))
        {
            yield return Invariant($"Nf: in N pairs the core-to-core round trip was above {Machine.CoreRoundTrip.FarNanoseconds:F0} ns.");
        }

        if (lines.Any(line => line.Allocating != 0))
        {
            yield return "Na: in N runs of PollIO managed memory was allocated or collected while measured.";
        }

        foreach (IGrouping<string, RatioLine> reason in lines.Where(line => line.Reason is not null).GroupBy(line => line.Reason!))
        {
            string what = reason.All(line => line.Ratios.Count == 0) ? "not measured" : "not all pairs";
            yield return $"{string.Join("; ", reason.Select(line => $"{line.Contest} against {line.Against}").Distinct())}: {what}: {reason.Key}";
        }

        if (report.Interrupted)
        {
            yield return "The run was interrupted; what had not been measured by then is missing.";
        }
    }

    private static string IntervalMeaning(Report report)
    {
        double confidence = report.Ratios().Where(line => line.Ratios.Count != 0).Select(line => line.Interval.Confidence).DefaultIfEmpty(0).Min();
        return confidence >= 0.95
            ? Invariant($"The interval holds the true median with {confidence * 100:F1}% or more, whatever the distribution (order statistics).")
            : Invariant($"The interval is smallest to largest and holds the true median with {confidence * 100:F0}% only: 95% takes six pairs.");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
