using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Measuring;
using PollIO.Apps.Latency.Searching;

namespace PollIO.Apps.Latency.Reporting;

/// <summary>What is told on the way and at the end, for people: 80 columns.</summary>
internal static class TextSummary
{
    /// <summary>Says what is about to run.</summary>
    internal static void Announce(TextBuffer text, Options options, CorePlan cores)
    {
        text.Text("latency "u8).Text(options.IsOnePort ? options.Tx : $"{options.Tx} to {options.Rx}").Text(", rate "u8);
        text.Text(options.Tolerance is null ? "" : "up to ").Text(options.Rate.ToString())
            .Text(", polling on CPU "u8).Text(string.Join(",", cores.Cpus)).Text("\n"u8);
    }

    /// <summary>Tells of one trial of a search.</summary>
    internal static void WriteTrial(TextBuffer text, TrialResult trial, bool passed)
    {
        text.Text("size "u8).Right(trial.Size, 4, "D").Right(trial.PacketsPerSecond, 16, "N0").Text(" pps  lost "u8)
            .Right(trial.Lost, 12, "N0").Text(" ("u8).Number(trial.LostPercent, "F4").Text("%)  "u8)
            .Text(passed ? "passed" : trial.IsAtRate ? "failed" : "failed: not sent at that rate").Text("\n"u8);
    }

    /// <summary>Tells of one size.</summary>
    internal static void Write(TextBuffer text, SizeResult result)
    {
        TrialResult trial = result.Trial;
        text.Text("\nsize "u8).Number(trial.Size, "D").Text(": sent "u8).Number(trial.Sent, "N0").Text(" at "u8)
            .Number(trial.PacketsPerSecond, "N0").Text(" pps, back "u8).Number(trial.Received, "N0")
            .Text("\nlost "u8).Number(trial.Lost, "N0").Text(" ("u8).Number(trial.LostPercent, "F4").Text("%)  reordered "u8)
            .Number(trial.Sequences.Reordered, "N0").Text("  duplicates "u8).Number(trial.Sequences.Duplicates, "N0")
            .Text("  not ours "u8).Number(trial.Foreign, "N0").Text("\n"u8);
        if (trial.Sequences.TooLate != 0)
        {
            text.Number(trial.Sequences.TooLate, "N0").Text(" came too late to know whether they had come before\n"u8);
        }

        if (!trial.IsAtRate)
        {
            text.Text("the port or the CPU was too slow for the rate: "u8).Number(trial.Planned - trial.Sent, "N0")
                .Text(" not sent, took "u8).Number(trial.Seconds, "F3").Text(" s\n"u8);
        }

        text.Text("µs    min "u8).Number(TrialResult.Microseconds(trial.Latency.Min), "F2")
            .Text("  p50 "u8).Number(trial.Percentile(50), "F2")
            .Text("  p90 "u8).Number(trial.Percentile(90), "F2")
            .Text("  p99 "u8).Number(trial.Percentile(99), "F2")
            .Text("\n      p99.9 "u8).Number(trial.Percentile(99.9), "F2")
            .Text("  p99.99 "u8).Number(trial.Percentile(99.99), "F2")
            .Text("  max "u8).Number(TrialResult.Microseconds(trial.Latency.Max), "F2")
            .Text("\n      of it sent late: p99 "u8).Number(TrialResult.Microseconds(trial.Lag.Percentile(99)), "F2")
            .Text("  max "u8).Number(TrialResult.Microseconds(trial.Lag.Max), "F2").Text("\n"u8);
        TextHistogram.Write(text, trial.Latency);
        if (trial.AllocatedBytes != 0 || trial.Collections != 0)
        {
            text.Text("marked: "u8).Number(trial.AllocatedBytes, "N0").Text(" bytes allocated, "u8)
                .Number(trial.Collections, "N0").Text(" collections while packets moved\n"u8);
        }
    }

    /// <summary>Tells what a search has found.</summary>
    internal static void WriteFound(TextBuffer text, Summary summary)
    {
        double tolerance = summary.Options.Tolerance!.Value;
        text.Text(tolerance == 0 ? "\nno-drop rate\n"u8 : "\npartial-drop rate, at most "u8);
        if (tolerance != 0)
        {
            text.Number(tolerance, "0.####").Text("% lost\n"u8);
        }

        text.Text("  size             pps        Mbit/s   trials     p50 µs   p99.9 µs     max µs\n"u8);
        foreach ((TrialResult trial, double? rate, int trials) in summary.Results)
        {
            double found = rate ?? 0;
            text.Right(trial.Size, 6, "D").Right(found, 16, "N0").Right(found * trial.Size * 8 / 1e6, 14, "N1").Right(trials, 9, "D");
            if (found == 0)
            {
                text.Text("   none passed\n"u8);
                continue;
            }

            text.Right(trial.Percentile(50), 11, "F1").Right(trial.Percentile(99.9), 11, "F1")
                .Right(TrialResult.Microseconds(trial.Latency.Max), 11, "F1").Text("\n"u8);
        }
    }
}
