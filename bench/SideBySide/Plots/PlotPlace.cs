namespace PollIO.SideBySide.Plots;

/// <summary>Where a figure stands in a plot.</summary>
/// <param name="Plot">The plot.</param>
/// <param name="Category">Its place on the horizontal axis.</param>
/// <param name="Line">What its lines are called beside their contestant; empty where there is one a contestant.</param>
internal sealed record PlotPlace(PlotKind Plot, string Category, string Line = "");
