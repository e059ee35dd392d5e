using System.Globalization;

namespace PollIO.Apps.Common.Plotting;

/// <summary>Draws values by category as SVG, a line for each series: a dot for each value, a whisker for its spread.</summary>
internal static class SeriesPlot
{
    // Dots of different series in a category stand side by side.
    private const double Aside = 7;

    /// <summary>Draws the series.</summary>
    /// <param name="title">What stands above.</param>
    /// <param name="horizontal">What the categories are, with its unit.</param>
    /// <param name="vertical">What the values are, with their unit.</param>
    /// <param name="categories">Names of the categories, from left to right.</param>
    /// <param name="series">The lines.</param>
    /// <param name="isLogarithmic">Whether the values' axis is logarithmic; otherwise it begins at zero.</param>
    internal static string Draw(
        string title, string horizontal, string vertical, IReadOnlyList<string> categories, IReadOnlyList<PlotSeries> series, bool isLogarithmic = false)
    {
        PlotPoint[] all = [.. series.SelectMany(line => line.Points.Values)];
        double highest = all.Select(point => point.High).DefaultIfEmpty(1).Max();
        var scale = isLogarithmic
            ? PlotScale.Logarithmic(all.Select(point => point.Low).Where(low => low > 0).DefaultIfEmpty(highest / 10).Min(), highest)
            : PlotScale.Linear(highest);
        var canvas = new PlotCanvas(title, series.Select(line => line.Name));
        for (int i = 0; i < categories.Count; i++)
        {
            canvas.Column(CategoryX(canvas, categories, i), categories[i]);
        }

        canvas.Rows(scale);
        canvas.Frame(horizontal, vertical);
        for (int line = 0; line < series.Count; line++)
        {
            DrawLine(canvas, scale, categories, series[line], line, (line - ((series.Count - 1) / 2.0)) * Aside);
            canvas.Legend(line, series[line].Name);
        }

        return canvas.End();
    }

    private static void DrawLine(PlotCanvas canvas, PlotScale scale, IReadOnlyList<string> categories, PlotSeries series, int index, double aside)
    {
        var points = new List<(double X, PlotPoint Point)>();
        for (int i = 0; i < categories.Count; i++)
        {
            if (series.Points.TryGetValue(categories[i], out PlotPoint point))
            {
                points.Add((CategoryX(canvas, categories, i) + aside, point));
            }
        }

        double Y(double value) => PlotCanvas.Y(scale.Share(value));
        canvas.Curve(index, string.Join(' ', points.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.X:F1},{Y(place.Point.Value):F1}"))));
        foreach ((double x, PlotPoint point) in points)
        {
            canvas.Mark(index, x, Y(point.Value), Y(point.Low), Y(point.High));
        }
    }

    private static double CategoryX(PlotCanvas canvas, IReadOnlyList<string> categories, int index) => canvas.X((index + 0.5) / categories.Count);
}
