using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace PollIO.Apps.Common.Reporting;

/// <summary>
/// Draws latency by percentile as SVG: to the right, ever rarer packets on a logarithmic scale; upwards, microseconds, logarithmic too.
/// </summary>
internal static class PercentilePlot
{
    private const int Width = 900;
    private const int Height = 500;
    private const int Left = 84;
    private const int Right = 150;
    private const int Top = 56;
    private const int Bottom = 66;
    private const int PlotWidth = Width - Left - Right;
    private const int PlotHeight = Height - Top - Bottom;

    // Colours that stay apart for the colour-blind (Okabe and Ito).
    private static readonly string[] s_colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

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
        var axes = new Axes(rarest, Math.Log10(NiceBelow(lowest)), Math.Log10(NiceAbove(highest)));

        var svg = new StringBuilder();
        Add(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">");
        Add(svg, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Text(svg, Left + (PlotWidth / 2), 30, "middle", title, "font-size=\"17\"");
        DrawAxes(svg, axes);
        for (int i = 0; i < drawn.Length; i++)
        {
            string colour = s_colours[i % s_colours.Length];
            Add(svg, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{Points(drawn[i].Latency, axes)}\"/>");
            int y = Top + 10 + (i * 22);
            Add(svg, $"<line x1=\"{Width - Right + 14}\" y1=\"{y}\" x2=\"{Width - Right + 40}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>");
            Text(svg, Width - Right + 48, y + 5, "start", drawn[i].Name);
        }

        Add(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawAxes(StringBuilder svg, Axes axes)
    {
        foreach ((double share, string label) in s_percentiles.Where(tick => -Math.Log10(1 - tick.Share) <= axes.Rarest + 1e-9))
        {
            double x = axes.X(-Math.Log10(1 - share));
            Add(svg, $"<line x1=\"{x:F1}\" y1=\"{Top}\" x2=\"{x:F1}\" y2=\"{Top + PlotHeight}\" stroke=\"#d8d8d8\"/>");
            Text(svg, x, Top + PlotHeight + 20, "middle", label);
        }

        // Every decade, and 2 and 5 in it where there is room for them.
        int[] digits = axes.Highest - axes.Lowest <= 3 ? [1, 2, 5] : [1];
        for (int decade = (int)Math.Floor(axes.Lowest); decade <= Math.Ceiling(axes.Highest); decade++)
        {
            foreach (int digit in digits)
            {
                double value = digit * Math.Pow(10, decade);
                if (Math.Log10(value) < axes.Lowest - 1e-9 || Math.Log10(value) > axes.Highest + 1e-9)
                {
                    continue;
                }

                double y = axes.Y(value);
                Add(svg, $"<line x1=\"{Left}\" y1=\"{y:F1}\" x2=\"{Left + PlotWidth}\" y2=\"{y:F1}\" stroke=\"#d8d8d8\"/>");
                Text(svg, Left - 8, y + 4.5, "end", value.ToString("#,0.######", CultureInfo.InvariantCulture));
            }
        }

        Add(svg, $"<rect x=\"{Left}\" y=\"{Top}\" width=\"{PlotWidth}\" height=\"{PlotHeight}\" fill=\"none\" stroke=\"#404040\"/>");
        Text(svg, Left + (PlotWidth / 2), Height - 18, "middle", "packets that took no longer (percentile)", "font-size=\"14\"");
        int middle = Top + (PlotHeight / 2);
        Text(svg, 20, middle, "middle", "latency (µs)", $"font-size=\"14\" transform=\"rotate(-90 20 {middle})\"");
    }

    // A step for each bucket; the last value stands where one packet in all of them does.
    private static string Points(LatencyHistogram latency, Axes axes)
    {
        var points = new StringBuilder();
        long before = 0;
        double count = latency.Count;
        (double X, double Y) last = (double.NaN, double.NaN);
        void Add(double x, double y)
        {
            if (Math.Abs(x - last.X) >= 0.5 || Math.Abs(y - last.Y) >= 0.5 || double.IsNaN(last.X))
            {
                points.Append(CultureInfo.InvariantCulture, $"{x:F1},{y:F1} ");
                last = (x, y);
            }
        }

        foreach ((_, long upper, long inBucket) in latency.Buckets)
        {
            double y = axes.Y(Math.Max(Microseconds(Math.Max(Math.Min(upper, latency.Max), 1)), Math.Pow(10, axes.Lowest)));
            Add(axes.X(Math.Min(-Math.Log10(1 - (before / count)), axes.Rarest)), y);
            before += inBucket;
            double rare = before == latency.Count ? Math.Log10(count) : -Math.Log10(1 - (before / count));
            Add(axes.X(Math.Min(rare, axes.Rarest)), y);
        }

        return points.ToString().TrimEnd();
    }

    private static double NiceBelow(double value) => Nice(value).Last(nice => nice <= value * (1 + 1e-9));

    private static double NiceAbove(double value) => Nice(value).First(nice => nice >= value * (1 - 1e-9) && nice > 0);

    private static double[] Nice(double value)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return [decade / 2, decade, decade * 2, decade * 5, decade * 10];
    }

    private static double Microseconds(double ticks) => ticks * 1e6 / Tsc.Frequency;

    private static void Text(StringBuilder svg, double x, double y, string anchor, string text, string more = "") =>
        Add(svg, $"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" fill=\"#202020\" {more}>{new XText(text)}</text>");

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>Where values stand in the picture.</summary>
    /// <param name="Rarest">Right end: one packet in 10 to the power of it.</param>
    /// <param name="Lowest">Lower end: logarithm of microseconds.</param>
    /// <param name="Highest">Upper end.</param>
    private sealed record Axes(double Rarest, double Lowest, double Highest)
    {
        internal double X(double rare) => Left + (PlotWidth * rare / Rarest);

        internal double Y(double microseconds) => Top + (PlotHeight * (1 - ((Math.Log10(microseconds) - Lowest) / Math.Max(Highest - Lowest, 1e-9))));
    }
}
