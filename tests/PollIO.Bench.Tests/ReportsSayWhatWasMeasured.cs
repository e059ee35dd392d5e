using System.Text.Json;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Reporting;

namespace PollIO.Bench.Tests;

public class ReportsSayWhatWasMeasured
{
    private static readonly Row s_rate = new(FakeContestant.Key, "null io, burst 256", "Mpps", HigherIsBetter: true);
    private static readonly Row s_cost = new(FakeContestant.Key, "pool, burst 32, keep 128, const", "cycles/packet", HigherIsBetter: false);

    [Fact]
    public void RatioIsTheMedianOfThePairsNotOfTheMedians()
    {
        // The ratio of the medians would be 1.5.
        RatioLine line = Assert.Single(Create(s_rate, [10, 40, 30], [20, 20, 10]).Ratios());

        Assert.Equal(2, line.RatioMedian);
        Assert.Equal((0.5, 3), (line.Interval.Low, line.Interval.High));
    }

    [Fact]
    public void RatioOfCostsIsTurnedRound() =>
        Assert.Equal(4, Assert.Single(Create(s_cost, [5], [20]).Ratios()).RatioMedian);

    [Fact]
    public void WhatIsMissingHasAReasonAndNoFigure()
    {
        Report report = Create(s_rate, [5], [], "dpdk-testpmd is not installed");

        Assert.Contains("not measured: dpdk-testpmd is not installed", Unwrap(TextReport.Create(report)), StringComparison.Ordinal);
        Assert.Contains("not measured: dpdk-testpmd is not installed", MarkdownReport.Create(report, []), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(JsonReport.Create(report));
        JsonElement row = json.RootElement.GetProperty("rows")[0];
        Assert.Equal(JsonValueKind.Null, row.GetProperty("other").ValueKind);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("ratio").ValueKind);
        Assert.Equal("dpdk-testpmd is not installed", row.GetProperty("reason").GetString());
        Assert.Equal(5, row.GetProperty("pollIO").GetDouble());
    }

    [Fact]
    public void MarksTellDisturbedPairsAndFarCores()
    {
        Report report = Create(s_rate, [5, 5], [6, 6], null, measurement => measurement with { IsDisturbed = true, RoundTripNanoseconds = 480 });

        string text = Unwrap(TextReport.Create(report));
        Assert.Contains("2d 2f", text, StringComparison.Ordinal);
        Assert.Contains("above 150 ns", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 0)]
    [InlineData(0, 1)]
    public void AllocationsAndCollectionsAreMarked(long bytes, int collections)
    {
        int run = 0;
        Report report = Create(s_rate, [5e6, 5e6, 7e6], [6e6, 6e6, 6e6], null, measurement => measurement with
        {
            Sample = measurement.Sample with { AllocatedBytes = run == 1 ? bytes : 0, Collections = run++ == 1 ? collections : 0 },
        });

        Assert.Contains("1a", Unwrap(TextReport.Create(report)), StringComparison.Ordinal);
        string[] row = MarkdownReport.Create(report, []).Split('\n').First(line => line.StartsWith("| null io", StringComparison.Ordinal)).Trim('|', ' ').Split(" | ");
        Assert.Equal(["null io, burst 256", "Mpps", "5.000 (5.000..7.000)", "DPDK const", "6.000 (6.000..6.000)", "0.83"], row[..6]);
        Assert.Equal([$"{bytes}", $"{collections}", "1a"], row[8..]);
        using JsonDocument json = JsonDocument.Parse(JsonReport.Create(report));
        JsonElement line = json.RootElement.GetProperty("rows")[0];
        Assert.Equal((bytes, collections, 1), (line.GetProperty("allocatedBytes").GetInt64(), line.GetProperty("collections").GetInt32(), line.GetProperty("allocating").GetInt32()));
        Assert.Equal((5e6, 7e6), (line.GetProperty("pollIOLow").GetDouble(), line.GetProperty("pollIOHigh").GetDouble()));
    }

    [Fact]
    public void RunsWithoutAllocationsAreNotMarked()
    {
        Report report = Create(s_rate, [5], [6], null, measurement => measurement with { Sample = measurement.Sample with { AllocatedBytes = 0, Collections = 0 } });

        Assert.Equal(0, Assert.Single(report.Ratios()).Allocating);
        Assert.DoesNotContain("Na:", TextReport.Create(report), StringComparison.Ordinal);
    }

    [Fact]
    public void PairInWhichNothingMovedHasNoRatio()
    {
        Report report = Create(s_rate, [5, 0, 5], [6, 6, 0]);

        RatioLine line = Assert.Single(report.Ratios());
        Assert.Equal(5.0 / 6, Assert.Single(line.Ratios));
        Assert.Contains("not all pairs: a side moved nothing while measured", Unwrap(TextReport.Create(report)), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(JsonReport.Create(report));
        Assert.Equal(0, json.RootElement.GetProperty("rows")[0].GetProperty("pollIOLow").GetDouble());
    }

    [Fact]
    public void PicturesAreShownInTheDocument() => Assert.Contains(
        "\n![Null ports: rate by burst](null-rate-by-burst.svg)\n",
        MarkdownReport.Create(Create(s_rate, [5], [6]), [("Null ports: rate by burst", "null-rate-by-burst.svg")]),
        StringComparison.Ordinal);

    [Fact]
    public void TextIsAtMostHundredColumnsWide()
    {
        Report report = Create(s_cost, [1234.56, 1], [0.98, 1], new string('x', 60) + " " + new string('y', 60));

        Assert.All(TextReport.Create(report).Split('\n'), line => Assert.InRange(line.Length, 0, TextReport.Width));
    }

    private static Report Create(
        Row row, double[] ours, double[] theirs, string? reason = null, Func<Measurement, Measurement>? change = null)
    {
        var contest = new Contest("null", [row], [new FakeContestant("PollIO", null, 0), new FakeContestant("DPDK const", null, 0)]);
        var result = new ContestResult(contest, [[.. ours.Select(Measure)], [.. theirs.Select(Measure)]], [null, reason]);
        return new Report(new RunnerOptions(), [new("CPU", "one")], [result], Interrupted: false);

        Measurement Measure(double figure)
        {
            var sample = new Sample(new Dictionary<string, double> { [FakeContestant.Key] = figure });
            var measurement = new Measurement(sample, default, IsDisturbed: false, Repetitions: 0, RoundTripNanoseconds: 0);
            return change is null ? measurement : change(measurement);
        }
    }

    private static string Unwrap(string text) => string.Join(' ', text.Split((char[])['\n', ' '], StringSplitOptions.RemoveEmptyEntries));
}
