using System.Globalization;
using System.Xml.Linq;
using PollIO.Apps.Common.Plotting;

namespace PollIO.Apps.Tests.Plotting;

public sealed class PercentilesAreDrawn
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void CurvesStayInsideTheAxesAndRise()
    {
        XElement svg = XElement.Parse(PercentilePlot.Draw("a <title> & more", [("64 bytes", Uniform(1, 1000)), ("1514 bytes", Uniform(20, 90_000))]));

        XElement frame = svg.Elements(s_svg + "rect").Last();
        double left = Number(frame, "x"), top = Number(frame, "y"), right = left + Number(frame, "width"), bottom = top + Number(frame, "height");
        XElement[] curves = [.. svg.Elements(s_svg + "polyline")];
        Assert.Equal(2, curves.Length);
        foreach (XElement curve in curves)
        {
            (double X, double Y)[] points = [.. curve.Attribute("points")!.Value.Split(' ').Select(Point)];
            Assert.True(points.Length > 20);
            Assert.All(points, point => Assert.True(point.X >= left && point.X <= right && point.Y >= top && point.Y <= bottom, $"{point}"));
            Assert.Equal(points.OrderBy(point => point.X).ThenByDescending(point => point.Y), points);
        }
    }

    [Fact]
    public void AxesHaveUnitsAndLabels()
    {
        string[] texts = [.. XElement.Parse(PercentilePlot.Draw("title", [("64 bytes", Uniform(1, 1000))])).Elements(s_svg + "text").Select(text => text.Value)];

        Assert.All(["title", "latency (µs)", "packets that took no longer (percentile)", "50%", "99%", "99.9%", "1", "10", "100", "64 bytes"], label => Assert.Contains(label, texts));
    }

    [Fact]
    public void LabelsDoNotOverlap()
    {
        XElement svg = XElement.Parse(PercentilePlot.Draw("title", [("64 bytes", Uniform(1, 100_000))]));
        double[] ticks = [.. svg.Elements(s_svg + "text").Where(text => text.Attribute("text-anchor")!.Value == "end").Select(text => Number(text, "y")).Order()];

        Assert.True(ticks.Length >= 4);
        Assert.All(ticks.Zip(ticks.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 14));
    }

    [Fact]
    public void NothingMeasuredIsStillAPicture() => Assert.Empty(XElement.Parse(PercentilePlot.Draw("none", [("64 bytes", new LatencyHistogram())])).Elements(s_svg + "polyline"));

    private static LatencyHistogram Uniform(double fromMicroseconds, double toMicroseconds)
    {
        var histogram = new LatencyHistogram(LatencyHistogram.ThreeDigits);
        for (int i = 0; i < 5000; i++)
        {
            histogram.Record((long)((fromMicroseconds + ((toMicroseconds - fromMicroseconds) * i / 4999)) * Tsc.Frequency / 1e6));
        }

        return histogram;
    }

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y) Point(string text)
    {
        string[] parts = text.Split(',');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
