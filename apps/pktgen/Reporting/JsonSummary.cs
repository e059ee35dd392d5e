using System.Text.Json;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Pktgen.CommandLine;

namespace PollIO.Apps.Pktgen.Reporting;

/// <summary>The summary as one JSON object on one line.</summary>
internal static class JsonSummary
{
    /// <summary>Makes the object.</summary>
    internal static ReadOnlyMemory<byte> Create(Summary summary) => JsonParts.CreateLine(json => Write(json, summary));

    private static void Write(Utf8JsonWriter json, Summary summary)
    {
        (Options options, RunResult run) = (summary.Options, summary.Run);
        JsonParts.WriteTimes(json, run);
        json.WriteString("size", summary.Recording is null ? options.SizeText : "captured");
        json.WriteString("rate", options.Rate?.ToString() ?? "recorded");
        json.WriteNumber("flows", options.Flows.Count);
        json.WriteNumber("burst", options.Burst);
        json.WriteNumber("queues", options.Queues);
        JsonParts.WriteCores(json, summary.Cores);
        json.WriteNumber("txPackets", summary.Totals.Total.TxPackets);
        json.WriteNumber("txBytes", summary.Totals.Total.TxBytes);
        json.WriteNumber("dropped", summary.Totals.Total.TxDrops);
        json.WriteNumber("txPps", JsonParts.Rounded(run.TxPacketsPerSecond, 1));
        json.WriteNumber("txBps", JsonParts.Rounded(summary.BitsPerSecond, 0));
        if (summary.Evenness.Windows != 0)
        {
            json.WriteStartObject("windows");
            json.WriteNumber("milliseconds", 10);
            json.WriteNumber("count", summary.Evenness.Windows);
            json.WriteNumber("averagePercent", JsonParts.Rounded(summary.Evenness.Average * 100, 4));
            json.WriteNumber("within5Percent", JsonParts.Rounded(summary.Evenness.KeptPercent, 3));
            json.WriteNumber("worstPercent", JsonParts.Rounded(summary.Evenness.WorstPercent, 3));
            json.WriteEndObject();
        }

        json.WriteNumber("behindSeconds", JsonParts.Rounded(summary.Evenness.ForgivenSeconds, 6));
        JsonParts.WriteCost(json, run);
        JsonParts.WritePorts(json, summary.Ports, summary.Totals);
    }
}
