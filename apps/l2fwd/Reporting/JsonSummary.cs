using System.Buffers;
using System.Text.Json;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Apps.L2fwd.Setup;
using PollIO.Capture;

namespace PollIO.Apps.L2fwd.Reporting;

/// <summary>The summary as one JSON object on one line.</summary>
internal static class JsonSummary
{
    /// <summary>Makes the object.</summary>
    internal static ReadOnlyMemory<byte> Create(Summary summary)
    {
        (Options options, CorePlan cores, _, Reading totals, RunResult run, GeneratorReport? generator, PacketCapture? capture) = summary;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("mode", options.ModeName);
            json.WriteNumber("seconds", Rounded(run.Seconds, 6));
            json.WriteNumber("warmupSeconds", Rounded(run.WarmupSeconds, 6));
            json.WriteNumber("measuredSeconds", Rounded(run.MeasuredSeconds, 6));
            json.WriteNumber("burst", options.Burst);
            json.WriteNumber("queues", options.Queues);
            WriteCores(json, cores);
            json.WriteNumber("rxPackets", totals.Total.RxPackets);
            json.WriteNumber("txPackets", totals.Total.TxPackets);
            json.WriteNumber("dropped", totals.Total.TxDrops);
            json.WriteNumber("rxMissed", totals.Total.RxDrops);
            json.WriteNumber("rxPps", Rounded(run.RxPacketsPerSecond, 1));
            json.WriteNumber("txPps", Rounded(run.TxPacketsPerSecond, 1));
            json.WriteNumber("cyclesPerPacket", Rounded(run.CyclesPerPacket, 3));
            json.WriteNumber("busyPercent", Rounded(run.BusyPercent, 2));
            json.WriteNumber("allocatedBytes", run.AllocatedBytes);
            json.WriteNumber("gcCollections", run.Collections);
            if (run.Fault is not null)
            {
                json.WriteString("fault", run.Fault);
            }

            WritePorts(json, summary.Ports, totals);
            generator?.Write(json);
            if (capture is not null)
            {
                WriteCapture(json, options.Capture!, capture);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    internal static double Rounded(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : 0;

    private static void WriteCores(Utf8JsonWriter json, CorePlan cores)
    {
        json.WriteStartArray("cores");
        foreach (int cpu in cores.Cpus)
        {
            json.WriteNumberValue(cpu);
        }

        json.WriteEndArray();
        json.WriteString("idle", cores.Idle.ToString().ToLowerInvariant());
    }

    private static void WritePorts(Utf8JsonWriter json, IReadOnlyList<Port> ports, Reading totals)
    {
        json.WriteStartArray("ports");
        for (int i = 0; i < ports.Count; i++)
        {
            PortStatistics statistics = ports[i].GetStatistics();
            PortReading reading = totals.Ports[i];
            json.WriteStartObject();
            json.WriteString("spec", ports[i].Name);
            json.WriteString("mac", ports[i].MacAddress.ToString());
            json.WriteNumber("rx", reading.RxPackets);
            json.WriteNumber("tx", reading.TxPackets);
            json.WriteNumber("rxBytes", reading.RxBytes);
            json.WriteNumber("txBytes", reading.TxBytes);
            json.WriteNumber("drops", reading.Drops);
            json.WriteNumber("rxDrops", reading.RxDrops);
            json.WriteNumber("txDrops", reading.TxDrops);
            json.WriteNumber("errors", statistics.Rx.Errors + statistics.Tx.Errors);
            WriteCauses(json, "rxDropCauses", statistics.Rx);
            WriteCauses(json, "txDropCauses", statistics.Tx);
            json.WriteStartObject("extended");
            foreach ((string name, long value) in statistics.Extended)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCapture(Utf8JsonWriter json, string path, PacketCapture capture)
    {
        json.WriteStartObject("capture");
        json.WriteString("file", path);
        json.WriteNumber("captured", capture.Captured);
        json.WriteNumber("dropped", capture.Dropped);
        json.WriteEndObject();
    }

    private static void WriteCauses(Utf8JsonWriter json, string name, QueueStatistics statistics)
    {
        json.WriteStartObject(name);
        foreach (DropCause cause in Enum.GetValues<DropCause>())
        {
            if (statistics.DropsBy(cause) is not 0 and long drops)
            {
                json.WriteNumber(JsonNamingPolicy.CamelCase.ConvertName(cause.ToString()), drops);
            }
        }

        json.WriteEndObject();
    }
}
