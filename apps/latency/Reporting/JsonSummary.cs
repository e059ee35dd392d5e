using System.Text.Json;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Measuring;
using PollIO.Apps.Latency.Searching;

namespace PollIO.Apps.Latency.Reporting;

/// <summary>The summary as one JSON object on one line: all sizes together, and each one in <c>sizes</c>.</summary>
internal static class JsonSummary
{
    private const int Digits = 3;

    /// <summary>Makes the object.</summary>
    internal static ReadOnlyMemory<byte> Create(Summary summary) => JsonParts.CreateLine(json => Write(json, summary));

    private static void Write(Utf8JsonWriter json, Summary summary)
    {
        Options options = summary.Options;
        json.WriteString("tx", options.Tx);
        json.WriteString("rx", options.Rx);
        json.WriteString("rate", options.Rate.ToString());
        JsonParts.WriteCores(json, summary.Cores);
        WriteCounts(json, [.. summary.Results.Select(result => result.Trial)]);
        WriteLatency(json, summary.Latency);
        if (options.Tolerance is { } tolerance)
        {
            json.WriteNumber("tolerancePercent", tolerance);
        }

        json.WriteStartArray("sizes");
        foreach (SizeResult result in summary.Results)
        {
            json.WriteStartObject();
            WriteSize(json, result);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSize(Utf8JsonWriter json, SizeResult result)
    {
        TrialResult trial = result.Trial;
        json.WriteNumber("size", trial.Size);
        if (result.SearchedRate is { } found)
        {
            json.WriteNumber("foundPps", JsonParts.Rounded(found, 1));
            json.WriteNumber("foundBps", JsonParts.Rounded(found * trial.Size * 8, 0));
            json.WriteNumber("trials", result.Trials);
        }

        json.WriteNumber("pps", JsonParts.Rounded(trial.PacketsPerSecond, 1));
        json.WriteNumber("seconds", JsonParts.Rounded(trial.Seconds, 6));
        json.WriteBoolean("atRate", trial.IsAtRate);
        WriteCounts(json, [trial]);
        WriteLatency(json, trial.Latency);
        json.WriteNumber("sendLagP99Us", JsonParts.Rounded(TrialResult.Microseconds(trial.Lag.Percentile(99)), Digits));
        json.WriteNumber("sendLagMaxUs", JsonParts.Rounded(TrialResult.Microseconds(trial.Lag.Max), Digits));
    }

    private static void WriteCounts(Utf8JsonWriter json, TrialResult[] trials)
    {
        json.WriteNumber("sent", trials.Sum(trial => trial.Sent));
        json.WriteNumber("received", trials.Sum(trial => trial.Received));
        json.WriteNumber("lost", trials.Sum(trial => trial.Lost));
        json.WriteNumber("reordered", trials.Sum(trial => trial.Sequences.Reordered));
        json.WriteNumber("duplicates", trials.Sum(trial => trial.Sequences.Duplicates));
        json.WriteNumber("tooLate", trials.Sum(trial => trial.Sequences.TooLate));
        json.WriteNumber("foreign", trials.Sum(trial => trial.Foreign));
        json.WriteNumber("allocatedBytes", trials.Sum(trial => trial.AllocatedBytes));
        json.WriteNumber("gcCollections", trials.Sum(trial => trial.Collections));
    }

    private static void WriteLatency(Utf8JsonWriter json, LatencyHistogram latency)
    {
        void Number(string name, double ticks) => json.WriteNumber(name, JsonParts.Rounded(TrialResult.Microseconds(ticks), Digits));
        Number("minUs", latency.Min);
        Number("meanUs", latency.Mean);
        Number("p50Us", latency.Percentile(50));
        Number("p90Us", latency.Percentile(90));
        Number("p99Us", latency.Percentile(99));
        Number("p999Us", latency.Percentile(99.9));
        Number("p9999Us", latency.Percentile(99.99));
        Number("maxUs", latency.Max);
    }
}
