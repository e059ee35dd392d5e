using System.Globalization;
using System.Text;

namespace PollIO.Apps.Common.Plotting;

/// <summary>
/// Draws latency by percentile as SVG: to the right, ever rarer packets on a logarithmic scale; upwards, microseconds, logarithmic too.
/// </summary>
internal static class PercentilePlot
{
    private static readonly (double Share, string Label)[] s_percentiles =
        [(0, "0%"), (0.5, "50%"), (0.9, "90%"), (0.99, "99%"), (0.999, "99.9%"), (0.9999, "99.99%"), (0.99999, "99.999%"), (0.999999, "99.9999%")];

    /// <summary>Draws one curve for each histogram.</summary>
    /// <param name="title">What stands above.</param>
    /// <param name="curves">Names and histograms of TSC ticks; those without a value are left out.</param>
    internal static string Draw(string title, IReadOnlyList<(string Name, LatencyHistogram Latency)> curves)
    {
        (string Name, LatencyHistogram Latency)[] drawn = [.. curves.Where(curve => curve.Latency.Count != 0)];
        double lowest = drawn.Length == 0 ? 1 : drawn.Min(curve => Microseconds(Math.Max(curve.Latency.Min, 1)));
        double highest = drawn.Length == 0 ? 10 : drawn.Max(curve => Microseconds(Math.Max(curve.Latency.Max, 1)));
        int rarest = drawn.Length == 0 ? 2 : (int)Math.Clamp(Math.Ceiling(drawn.Max(curve => Math.Log10(curve.Latency.Count))), 2, 6);
        var scale = PlotScale.Logarithmic(lowest, highest);
        var canvas = new PlotCanvas(title, drawn.Select(curve => curve.Name));
        foreach ((double share, string label) in s_percentiles.Where(tick => -Math.Log10(1 - tick.Share) <= rarest + 1e-9))
        {
            canvas.Column(canvas.X(-Math.Log10(1 - share) / rarest), label);
        }

        canvas.Rows(scale);
        canvas.Frame("packets that took no longer (percentile)", "latency (µs)");
        for (int i = 0; i < drawn.Length; i++)
        {
            canvas.Curve(i, Points(drawn[i].Latency, canvas, scale, rarest));
            canvas.Legend(i, drawn[i].Name);
        }

        return canvas.End();
    }

    // A step for each bucket; the last value stands where one packet in all of them does.
    private static string Points(LatencyHistogram latency, PlotCanvas canvas, PlotScale scale, int rarest)
    {
        var points = new StringBuilder();
        long before = 0;
        double count = latency.Count;
        (double X, double Y) last = (double.NaN, double.NaN);
        void Add(double rare, double y)
        {
            double x = canvas.X(Math.Min(rare / rarest, 1));
            if (Math.Abs(x - last.X) >= 0.5 || Math.Abs(y - last.Y) >= 0.5 || double.IsNaN(last.X))
            {
                points.Append(CultureInfo.InvariantCulture, $"{x:F1},{y:F1} ");
                last = (x, y);
            }
        }

        foreach ((_, long upper, long inBucket) in latency.Buckets)
        {
            double y = PlotCanvas.Y(scale.Share(Microseconds(Math.Max(Math.Min(upper, latency.Max), 1))));
            Add(-Math.Log10(1 - (before / count)), y);
            before += inBucket;
            Add(before == latency.Count ? Math.Log10(count) : -Math.Log10(1 - (before / count)), y);
        }

        return points.ToString().TrimEnd();
    }

    private static double Microseconds(double ticks) => ticks * 1e6 / Tsc.Frequency;
}
