namespace PollIO.Apps.Common.Plotting;

/// <summary>What repeated measurements gave.</summary>
/// <param name="Value">The value drawn, their median for example.</param>
/// <param name="Low">The lowest of them.</param>
/// <param name="High">The highest.</param>
internal readonly record struct PlotPoint(double Value, double Low, double High);
