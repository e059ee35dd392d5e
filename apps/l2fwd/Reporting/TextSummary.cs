using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Capture;

namespace PollIO.Apps.L2fwd.Reporting;

/// <summary>The first line and the summary, for people: 80 columns.</summary>
internal static class TextSummary
{
    /// <summary>Says what is about to run.</summary>
    internal static void Announce(TextBuffer text, Options options, CorePlan cores, string? metrics)
    {
        text.Text("l2fwd "u8).Text(options.ModeName).Text(", burst "u8).Number(options.Burst, "D");
        if (options.IsEmbedded)
        {
            text.Text(": forwarder on CPU "u8).Number(cores.Cpus[0], "D").Text(", generator on CPU "u8).Number(cores.Cpus[1], "D")
                .Text(", over vhost-user\n"u8);
        }
        else
        {
            text.Text(", "u8).Number(options.Queues, "D").Text(options.Queues == 1 ? " queue"u8 : " queues"u8)
                .Text(", polling on CPU "u8).Text(string.Join(",", cores.Cpus)).Text("\n"u8);
        }

        if (metrics is not null)
        {
            text.Text("metrics on "u8).Text(metrics).Text("\n"u8);
        }
    }

    /// <summary>Says what has run.</summary>
    internal static void Write(TextBuffer text, Summary summary)
    {
        (Options options, _, IReadOnlyList<Port> ports, Reading totals, RunResult run, GeneratorReport? generator, PacketCapture? capture) = summary;
        text.Text("\nl2fwd "u8).Text(options.ModeName).Text(": "u8).Number(run.Seconds, "F2").Text(" s, rates from the last "u8)
            .Number(run.MeasuredSeconds, "F2").Text(" s\n"u8);
        PortTable.Write(text, ports, totals);
        text.Text("rate       rx "u8).Number((long)run.RxPacketsPerSecond, "N0").Text(" pps  tx "u8)
            .Number((long)run.TxPacketsPerSecond, "N0").Text(" pps  dropped after receive "u8).Number(totals.Total.TxDrops, "N0")
            .Text("\nlcores     busy "u8).Number(run.BusyPercent, "F1").Text("%  "u8).Number(run.CyclesPerPacket, "F1").Text(" cycles/packet  "u8)
            .Number(run.AllocatedBytes, "N0").Text(" bytes allocated  "u8).Number(run.Collections, "N0").Text(" collections\n"u8);
        generator?.Write(text);
        if (capture is not null)
        {
            text.Text("capture    "u8).Number(capture.Captured, "N0").Text(" packets in "u8).Text(options.Capture!).Text(", "u8)
                .Number(capture.Dropped, "N0").Text(" more could not be kept up with\n"u8);
        }
    }
}
