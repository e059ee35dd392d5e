using System.Text.Json;
using PollIO.SideBySide.Contests;

namespace PollIO.SideBySide.Reporting;

/// <summary>The report with every single measurement, as JSON.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    internal static string Create(Report report) => JsonSerializer.Serialize(
        new
        {
            Machine = report.Machine.ToDictionary(),
            Settings = report.Settings.ToDictionary(),
            report.Interrupted,
            Rows = report.Ratios().Select(line => new
            {
                line.Row.Title,
                Unit = line.Row.Unit == "Mpps" ? "pps" : line.Row.Unit,
                line.Row.HigherIsBetter,
                line.Against,
                PollIO = line.OursMedian,
                PollIOLow = line.OursSpread?.Low,
                PollIOHigh = line.OursSpread?.High,
                Other = Figure(line.TheirsMedian, line),
                OtherLow = Figure(line.TheirsSpread.Low, line),
                OtherHigh = Figure(line.TheirsSpread.High, line),
                Ratio = Figure(line.RatioMedian, line),
                Low = Figure(line.Interval.Low, line),
                High = Figure(line.Interval.High, line),
                Confidence = Figure(line.Interval.Confidence, line),
                line.Ratios,
                line.Disturbed,
                line.FarCores,
                line.AllocatedBytes,
                line.Collections,
                line.Allocating,
                line.Reason,
            }),
            Contests = report.Results.Select(result => new
            {
                result.Contest.Name,
                Title = result.Contest.Rows[0].Title,
                Contestants = result.Contest.Contestants.Select((contestant, i) => new
                {
                    contestant.Name,
                    Reason = result.Reasons[i],
                    Measurements = result.Measurements[i].Select(ToObject),
                }),
            }),
        },
        s_options) + "\n";

    private static object ToObject(Measurement measurement) => new
    {
        measurement.Sample.Values,
        measurement.Sample.Evidence,
        measurement.Sample.AllocatedBytes,
        measurement.Sample.Collections,
        measurement.Load.Steal,
        measurement.Load.Foreign,
        measurement.IsDisturbed,
        measurement.Repetitions,
        measurement.RoundTripNanoseconds,
    };

    /// <summary>A figure that was not measured is null, not zero.</summary>
    private static double? Figure(double value, RatioLine line) => line.Ratios.Count == 0 ? null : value;
}
