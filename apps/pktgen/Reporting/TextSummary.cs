using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Pktgen.CommandLine;
using PollIO.Apps.Pktgen.Sending;

namespace PollIO.Apps.Pktgen.Reporting;

/// <summary>The first line and the summary, for people: 80 columns.</summary>
internal static class TextSummary
{
    /// <summary>Says what is about to run.</summary>
    internal static void Announce(TextBuffer text, Options options, CorePlan cores, Recording? recording)
    {
        if (recording is null)
        {
            text.Text("pktgen "u8).Text(options.Recipe.Protocol.ToString().ToLowerInvariant()).Text(options.Recipe.IsIPv6 ? "/IPv6"u8 : "/IPv4"u8)
                .Text(", size "u8).Text(options.SizeText).Text(", "u8).Number(options.Flows.Count, "N0")
                .Text(options.Flows.Count == 1 ? " flow"u8 : " flows"u8);
        }
        else
        {
            text.Text("pktgen replays "u8).Number(recording.Count, "N0").Text(" packets, "u8).Number(recording.Bytes, "N0").Text(" bytes"u8);
        }

        text.Text(", rate "u8).Text(options.Rate?.ToString() ?? "as recorded").Text(", sending on CPU "u8).Text(string.Join(",", cores.Cpus)).Text("\n"u8);
        if (recording is { Truncated: not 0 })
        {
            text.Number(recording.Truncated, "N0").Text(" of them were not captured whole; what there is of them is sent\n"u8);
        }
    }

    /// <summary>Says what has run.</summary>
    internal static void Write(TextBuffer text, Summary summary)
    {
        RunResult run = summary.Run;
        text.Text("\npktgen: "u8).Number(run.Seconds, "F2").Text(" s, rates from the last "u8).Number(run.MeasuredSeconds, "F2").Text(" s\n"u8);
        PortTable.Write(text, summary.Ports, summary.Totals);
        text.Text("rate       tx "u8).Number((long)run.TxPacketsPerSecond, "N0").Text(" pps  "u8)
            .Number(summary.BitsPerSecond / 1e6, "N1").Text(" Mbit/s"u8);
        if (summary.Options.Rate is { IsUnlimited: false } rate)
        {
            text.Text("  asked "u8).Text(rate.ToString()).Text(summary.Ports.Count == 1 ? ""u8 : " a port"u8);
        }

        Evenness evenness = summary.Evenness;
        if (evenness.Windows != 0)
        {
            text.Text("\n10 ms      "u8).Number(evenness.KeptPercent, "F2").Text("% of "u8).Number(evenness.Windows, "N0")
                .Text(" windows within 5% of the rate, the worst off by "u8).Number(evenness.WorstPercent, "F1").Text("%"u8);
        }

        if (evenness.ForgivenSeconds > 0)
        {
            text.Text("\nbehind     "u8).Number(evenness.ForgivenSeconds, "F3").Text(" s that could not be caught up with: the port or the CPU was too slow"u8);
        }

        text.Text("\nlcores     busy "u8).Number(run.BusyPercent, "F1").Text("%  "u8).Number(run.CyclesPerPacket, "F1").Text(" cycles/packet  "u8)
            .Number(run.AllocatedBytes, "N0").Text(" bytes allocated  "u8).Number(run.Collections, "N0").Text(" collections\n"u8);
    }
}
