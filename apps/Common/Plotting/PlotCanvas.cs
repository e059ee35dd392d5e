using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace PollIO.Apps.Common.Plotting;

/// <summary>A picture being drawn as SVG: a title, data in a frame with an axis at its left and lower side, a legend to the right of it.</summary>
internal sealed class PlotCanvas
{
    private const int Width = 900;
    private const int Height = 500;
    private const int Left = 96;
    private const int Top = 56;
    private const int Bottom = 66;
    private const int PlotHeight = Height - Top - Bottom;
    private const int MinLegendWidth = 150;
    private const int LegendLine = 22;

    // From the frame to a name, and the widest letters of the font.
    private const int LegendIndent = 48;
    private const double LetterWidth = 7.6;
    private const int RightMargin = 12;

    // Colours that stay apart for the colour-blind (Okabe and Ito).
    private static readonly string[] s_colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

    private readonly StringBuilder _svg = new();
    private readonly int _plotWidth;

    /// <summary>Begins a picture.</summary>
    /// <param name="title">What stands above.</param>
    /// <param name="names">What the legend will hold.</param>
    internal PlotCanvas(string title, IEnumerable<string> names)
    {
        int longest = names.Select(name => name.Length).DefaultIfEmpty(0).Max();
        _plotWidth = Width - Left - Math.Max(MinLegendWidth, LegendIndent + RightMargin + (int)(longest * LetterWidth));
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"13\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Text(Width / 2, 30, "middle", title, "font-size=\"17\"");
    }

    internal static string Colour(int index) => s_colours[index % s_colours.Length];

    /// <summary>Where a share of the horizontal axis stands.</summary>
    internal double X(double share) => Left + (_plotWidth * share);

    /// <summary>Where a share of the vertical axis stands; 0 is below.</summary>
    internal static double Y(double share) => Top + (PlotHeight * (1 - share));

    /// <summary>A labelled grid line from top to bottom.</summary>
    internal void Column(double x, string label)
    {
        Add($"<line x1=\"{x:F1}\" y1=\"{Top}\" x2=\"{x:F1}\" y2=\"{Top + PlotHeight}\" stroke=\"#d8d8d8\"/>");
        Text(x, Top + PlotHeight + 20, "middle", label);
    }

    /// <summary>A labelled grid line for each tick of the vertical axis.</summary>
    internal void Rows(PlotScale scale)
    {
        foreach ((double value, string label) in scale.Ticks)
        {
            double y = Y(scale.Share(value));
            Add($"<line x1=\"{Left}\" y1=\"{y:F1}\" x2=\"{Left + _plotWidth}\" y2=\"{y:F1}\" stroke=\"#d8d8d8\"/>");
            Text(Left - 8, y + 4.5, "end", label);
        }
    }

    /// <summary>The frame around the data, and what the axes are, with units.</summary>
    internal void Frame(string horizontal, string vertical)
    {
        Add($"<rect x=\"{Left}\" y=\"{Top}\" width=\"{_plotWidth}\" height=\"{PlotHeight}\" fill=\"none\" stroke=\"#404040\"/>");
        Text(Left + (_plotWidth / 2), Height - 18, "middle", horizontal, "font-size=\"14\"");
        int middle = Top + (PlotHeight / 2);
        Text(20, middle, "middle", vertical, $"font-size=\"14\" transform=\"rotate(-90 20 {middle})\"");
    }

    /// <summary>A curve in the colour of its place in the legend.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="points">Pairs of x and y, as SVG writes them.</param>
    internal void Curve(int index, string points) =>
        Add($"<polyline fill=\"none\" stroke=\"{Colour(index)}\" stroke-width=\"2\" points=\"{points}\"/>");

    /// <summary>A measured value, with a whisker from the lowest to the highest measurement.</summary>
    internal void Mark(int index, double x, double y, double low, double high)
    {
        Add($"<line x1=\"{x:F1}\" y1=\"{low:F1}\" x2=\"{x:F1}\" y2=\"{high:F1}\" stroke=\"{Colour(index)}\" stroke-width=\"1.5\"/>");
        Add($"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"4\" fill=\"{Colour(index)}\"/>");
    }

    /// <summary>A line of the legend.</summary>
    internal void Legend(int index, string name)
    {
        int y = Top + 10 + (index * LegendLine);
        int left = Left + _plotWidth;
        Add($"<line x1=\"{left + 14}\" y1=\"{y}\" x2=\"{left + 40}\" y2=\"{y}\" stroke=\"{Colour(index)}\" stroke-width=\"3\"/>");
        Text(left + LegendIndent, y + 5, "start", name);
    }

    /// <summary>Ends the picture.</summary>
    /// <returns>The SVG document.</returns>
    internal string End()
    {
        Add($"</svg>");
        return _svg.ToString();
    }

    private void Text(double x, double y, string anchor, string text, string more = "") =>
        Add($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" fill=\"#202020\" {more}>{new XText(text)}</text>");

    private void Add(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
