namespace PollIO.Apps.Common.Plotting;

/// <summary>One line of a <see cref="SeriesPlot"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">What was measured in each category, by its name; some may be missing.</param>
internal sealed record PlotSeries(string Name, IReadOnlyDictionary<string, PlotPoint> Points);
