using System.Buffers;
using System.Text.Json;
using PollIO.Apps.Common.Setup;

namespace PollIO.Apps.Common.Reporting;

/// <summary>The parts of a JSON summary that every app's has.</summary>
internal static class JsonParts
{
    /// <summary>Makes one object on one line.</summary>
    /// <param name="write">Writes what is in the object.</param>
    internal static ReadOnlyMemory<byte> CreateLine(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    internal static double Rounded(double value, int digits) => double.IsFinite(value) ? Math.Round(value, digits) : 0;

    /// <summary>Adds how long the run was.</summary>
    internal static void WriteTimes(Utf8JsonWriter json, RunResult run)
    {
        json.WriteNumber("seconds", Rounded(run.Seconds, 6));
        json.WriteNumber("warmupSeconds", Rounded(run.WarmupSeconds, 6));
        json.WriteNumber("measuredSeconds", Rounded(run.MeasuredSeconds, 6));
    }

    /// <summary>Adds where the lcores ran.</summary>
    internal static void WriteCores(Utf8JsonWriter json, CorePlan cores)
    {
        json.WriteStartArray("cores");
        foreach (int cpu in cores.Cpus)
        {
            json.WriteNumberValue(cpu);
        }

        json.WriteEndArray();
        json.WriteString("idle", cores.Idle.ToString().ToLowerInvariant());
    }

    /// <summary>Adds what the lcores' work has cost.</summary>
    internal static void WriteCost(Utf8JsonWriter json, RunResult run)
    {
        json.WriteNumber("cyclesPerPacket", Rounded(run.CyclesPerPacket, 3));
        json.WriteNumber("busyPercent", Rounded(run.BusyPercent, 2));
        json.WriteNumber("allocatedBytes", run.AllocatedBytes);
        json.WriteNumber("gcCollections", run.Collections);
        if (run.Fault is not null)
        {
            json.WriteString("fault", run.Fault);
        }
    }

    /// <summary>Adds every port's counters.</summary>
    internal static void WritePorts(Utf8JsonWriter json, IReadOnlyList<Port> ports, Reading totals)
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
