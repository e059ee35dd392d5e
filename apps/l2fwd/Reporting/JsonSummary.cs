using System.Text.Json;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Capture;

namespace PollIO.Apps.L2fwd.Reporting;

/// <summary>The summary as one JSON object on one line.</summary>
internal static class JsonSummary
{
    /// <summary>Makes the object.</summary>
    internal static ReadOnlyMemory<byte> Create(Summary summary) => JsonParts.CreateLine(json => Write(json, summary));

    private static void Write(Utf8JsonWriter json, Summary summary)
    {
        (Options options, CorePlan cores, _, Reading totals, RunResult run, GeneratorReport? generator, PacketCapture? capture) = summary;
        json.WriteString("mode", options.ModeName);
        JsonParts.WriteTimes(json, run);
        json.WriteNumber("burst", options.Burst);
        json.WriteNumber("queues", options.Queues);
        JsonParts.WriteCores(json, cores);
        json.WriteNumber("rxPackets", totals.Total.RxPackets);
        json.WriteNumber("txPackets", totals.Total.TxPackets);
        json.WriteNumber("dropped", totals.Total.TxDrops);
        json.WriteNumber("rxMissed", totals.Total.RxDrops);
        json.WriteNumber("rxPps", JsonParts.Rounded(run.RxPacketsPerSecond, 1));
        json.WriteNumber("txPps", JsonParts.Rounded(run.TxPacketsPerSecond, 1));
        JsonParts.WriteCost(json, run);
        JsonParts.WritePorts(json, summary.Ports, totals);
        generator?.Write(json);
        if (capture is not null)
        {
            WriteCapture(json, options.Capture!, capture);
        }
    }

    private static void WriteCapture(Utf8JsonWriter json, string path, PacketCapture capture)
    {
        json.WriteStartObject("capture");
        json.WriteString("file", path);
        json.WriteNumber("captured", capture.Captured);
        json.WriteNumber("dropped", capture.Dropped);
        json.WriteEndObject();
    }
}
