using System.Globalization;
using System.Xml.Linq;
using PollIO.Apps.Common.Plotting;

namespace PollIO.Apps.Tests.Plotting;

public sealed class SeriesAreDrawn
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private static readonly string[] s_bursts = ["1", "8", "32", "256"];

    [Fact]
    public void AxesCategoriesAndSeriesAreLabelled()
    {
        string[] texts = [.. Draw(isLogarithmic: false).Elements(s_svg + "text").Select(text => text.Value)];

        Assert.All(["a <rate> & more", "burst (packets)", "rate (Mpps)", "1", "8", "32", "256", "PollIO, packed in order", "DPDK", "0", "50"], label => Assert.Contains(label, texts));
    }

    [Theory]
    [InlineData(false, 0, 60)]
    [InlineData(true, 5, 100)]
    public void DotsStandWhereTheirValuesDo(bool isLogarithmic, double lowest, double highest)
    {
        XElement svg = Draw(isLogarithmic);
        (double top, double bottom) = (Y(svg, highest.ToString(CultureInfo.InvariantCulture)), Y(svg, lowest.ToString(CultureInfo.InvariantCulture)));
        double[] dots = [.. svg.Elements(s_svg + "circle").Take(4).Select(dot => Number(dot, "cy"))];

        double Share(double value) => isLogarithmic ? Math.Log(value / lowest) / Math.Log(highest / lowest) : (value - lowest) / (highest - lowest);
        Assert.All(dots.Zip([10.0, 20, 30, 50]), dot => Assert.Equal(Share(dot.Second), (bottom - dot.First) / (bottom - top), 0.005));
    }

    [Fact]
    public void MissingCategoryHasNoDot()
    {
        XElement svg = Draw(isLogarithmic: false);

        Assert.Equal(4 + 3, svg.Elements(s_svg + "circle").Count());
        Assert.Equal([4, 3], svg.Elements(s_svg + "polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length));
    }

    [Fact]
    public void LegendIsBesideTheData()
    {
        XElement svg = Draw(isLogarithmic: false);
        XElement frame = svg.Elements(s_svg + "rect").Last();
        XElement name = svg.Elements(s_svg + "text").Single(text => text.Value == "PollIO, packed in order");

        double right = Number(frame, "x") + Number(frame, "width");
        Assert.True(Number(name, "x") > right);
        Assert.True(Number(name, "x") + (name.Value.Length * 7) < Number(svg, "width"));
        Assert.All(svg.Elements(s_svg + "circle"), dot => Assert.InRange(Number(dot, "cx"), Number(frame, "x"), right));
    }

    [Fact]
    public void NothingMeasuredIsStillAPicture() => XElement.Parse(SeriesPlot.Draw("none", "burst", "rate", s_bursts, []));

    private static XElement Draw(bool isLogarithmic) => XElement.Parse(SeriesPlot.Draw(
        "a <rate> & more", "burst (packets)", "rate (Mpps)", s_bursts, [Series("PollIO, packed in order", 10, 20, 30, 50), Series("DPDK", 8, 15, 40)], isLogarithmic));

    private static PlotSeries Series(string name, params double[] values) =>
        new(name, s_bursts.Zip(values).ToDictionary(pair => pair.First, pair => new PlotPoint(pair.Second, pair.Second * 0.9, pair.Second * 1.1)));

    private static double Y(XElement svg, string label) =>
        Number(svg.Elements(s_svg + "text").Single(text => text.Value == label && text.Attribute("text-anchor")!.Value == "end"), "y") - 4.5;

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
