using PollIO.Apps.Common.Plotting;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Reporting;
using PollIO.SideBySide.Statistics;

namespace PollIO.SideBySide.Plots;

/// <summary>The pictures of a report: a dot is the median of a contestant's runs, its whisker reaches from the lowest to the highest.</summary>
internal static class ReportPlots
{
    private sealed record Dot(PlotPlace Place, string Series, PlotPoint Point);

    /// <summary>Draws every picture something was measured for.</summary>
    /// <returns>Each picture's kind and its SVG, in the order of the contests.</returns>
    internal static IEnumerable<(PlotKind Kind, string Svg)> Draw(Report report)
    {
        foreach (IGrouping<PlotKind, Dot> plot in report.Results.SelectMany(DotsOf).GroupBy(dot => dot.Place.Plot))
        {
            string[] categories = [.. plot.Select(dot => dot.Place.Category).Distinct()];
            PlotSeries[] series =
                [.. plot.GroupBy(dot => dot.Series).Select(line => new PlotSeries(line.Key, line.ToDictionary(dot => dot.Place.Category, dot => dot.Point)))];
            yield return (plot.Key, SeriesPlot.Draw(plot.Key.Title, plot.Key.Horizontal, plot.Key.Vertical, categories, series, plot.Key.IsLogarithmic));
        }
    }

    private static IEnumerable<Dot> DotsOf(ContestResult result) =>
        from row in result.Contest.Rows
        from place in row.Places
        from contestant in Enumerable.Range(0, result.Contest.Contestants.Count)
        let figures = result.Figures(row, contestant)
        where figures.Count != 0
        let factor = row.Unit == "Mpps" ? 1e-6 : 1
        let name = result.Contest.Contestants[contestant].Name
        select new Dot(
            place,
            place.Line.Length == 0 ? name : $"{name}, {place.Line}",
            new PlotPoint(Quantiles.Median(figures) * factor, figures.Min() * factor, figures.Max() * factor));
}
