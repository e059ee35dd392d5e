using System.Xml.Linq;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Plots;
using PollIO.SideBySide.Reporting;

namespace PollIO.Bench.Tests;

public sealed class PlotsShowTheRows
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void RowsOfAContestAreOnePictureInTheirOrder()
    {
        var plot = PlotKind.RateByBurst("null", "Null ports");
        Report report = Create(Contest(plot, "8", "split"), Contest(plot, "256", "split"), Contest(plot, "8", "packed"));

        (PlotKind kind, string svg) = Assert.Single(ReportPlots.Draw(report));

        XElement picture = XElement.Parse(svg);
        string[] texts = [.. picture.Elements(s_svg + "text").Select(text => text.Value)];
        Assert.Equal("null-rate-by-burst.svg", kind.File);
        string[] labels = ["Null ports: rate by burst", "8", "256", "rate (million packets a second)", "PollIO, split", "DPDK, split", "PollIO, packed", "DPDK, packed"];
        Assert.All(labels, label => Assert.Contains(label, texts));
        Assert.Equal([2, 2, 1, 1], picture.Elements(s_svg + "polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Length));
    }

    [Fact]
    public void RatesAreInMillions()
    {
        (_, string svg) = Assert.Single(ReportPlots.Draw(Create(Contest(PlotKind.RateByBurst("null", "Null ports"), "8", ""))));

        // The larger side's 60 million are the upper end of the axis.
        Assert.Equal("60", XElement.Parse(svg).Elements(s_svg + "text").Where(text => text.Attribute("text-anchor")!.Value == "end").Last().Value);
    }

    [Fact]
    public void RowMayStandInTwoPictures()
    {
        Contest contest = Contest(PlotKind.RateByBurst("virtio", "virtio"), "32", "");
        Row row = contest.Rows[0] with { Places = [.. contest.Rows[0].Places, new PlotPlace(PlotKind.RateBySize("virtio", "virtio"), "64")] };

        Assert.Equal(
            ["virtio-rate-by-burst.svg", "virtio-rate-by-size.svg"], ReportPlots.Draw(Create(contest with { Rows = [row] })).Select(plot => plot.Kind.File));
    }

    [Fact]
    public void WhatWasNotMeasuredIsNotDrawn()
    {
        Contest contest = Contest(PlotKind.RateByBurst("null", "Null ports"), "8", "");
        var report = new Report(new RunnerOptions(), [], [new ContestResult(contest, [[], []], ["missing", null])], Interrupted: false);

        Assert.Empty(ReportPlots.Draw(report));
    }

    [Fact]
    public void FilesAreWrittenTogether()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-report-").FullName;
        try
        {
            Report report = Create(Contest(PlotKind.RateByBurst("null", "Null ports"), "8", ""));
            report = report with { Options = report.Options with { ReportFolder = Path.Combine(folder, "new") } };
            ReportFiles.Check(report.Options);
            ReportFiles.Write(report);

            Assert.Equal(
                ["null-rate-by-burst.svg", "report.json", "report.md"],
                Directory.GetFiles(Path.Combine(folder, "new")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
            Assert.Contains("(null-rate-by-burst.svg)", File.ReadAllText(Path.Combine(folder, "new", "report.md")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void FolderThatIsNotThereIsToldBeforehand() =>
        Assert.Throws<PollIOException>(() => ReportFiles.Check(new RunnerOptions { JsonFile = "/nonexistent/x.json" }));

    private static Contest Contest(PlotKind plot, string category, string line) => new(
        "null",
        [new Row(FakeContestant.Key, "null io", "Mpps", HigherIsBetter: true) { Places = [new PlotPlace(plot, category, line)] }],
        [new FakeContestant("PollIO", null, 0), new FakeContestant("DPDK", null, 0)]);

    private static Report Create(params Contest[] contests) => new(
        new RunnerOptions(), [], [.. contests.Select(contest => new ContestResult(contest, [[Measure(50e6), Measure(60e6)], [Measure(40e6), Measure(30e6)]], [null, null]))], Interrupted: false);

    private static Measurement Measure(double figure) =>
        new(new Sample(new Dictionary<string, double> { [FakeContestant.Key] = figure }), default, IsDisturbed: false, Repetitions: 0, RoundTripNanoseconds: 0);
}
