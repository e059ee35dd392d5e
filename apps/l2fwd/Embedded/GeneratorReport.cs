using System.Text.Json;
using PollIO.Apps.Common.Reporting;

namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>What the generator saw: totals of the whole run, latency of the measured part.</summary>
internal sealed record GeneratorReport(GeneratorCounters Counters, LatencyHistogram Latency, int Window)
{
    /// <summary>Adds the objects <c>generator</c> and <c>latency</c>, times in microseconds.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("generator");
        json.WriteNumber("sent", Counters.Sent);
        json.WriteNumber("received", Counters.Received);
        json.WriteNumber("lost", Counters.Sent - Counters.Received);
        json.WriteNumber("outOfOrder", Counters.OutOfOrder);
        json.WriteNumber("foreign", Counters.Foreign);
        json.WriteNumber("window", Window);
        json.WriteEndObject();
        json.WriteStartObject("latency");
        json.WriteNumber("samples", Latency.Count);
        json.WriteNumber("sampleEvery", GeneratorLane.SampleEvery);
        json.WriteNumber("minUs", Microseconds(Latency.Min));
        json.WriteNumber("p50Us", Percentile(50));
        json.WriteNumber("p90Us", Percentile(90));
        json.WriteNumber("p99Us", Percentile(99));
        json.WriteNumber("p999Us", Percentile(99.9));
        json.WriteNumber("maxUs", Microseconds(Latency.Max));
        json.WriteEndObject();
    }

    /// <summary>Adds the same as two lines of text.</summary>
    internal void Write(TextBuffer text)
    {
        text.Text("generator  sent "u8).Number(Counters.Sent, "N0")
            .Text("  back "u8).Number(Counters.Received, "N0")
            .Text("  lost "u8).Number(Counters.Sent - Counters.Received, "N0")
            .Text("  out of order "u8).Number(Counters.OutOfOrder, "N0")
            .Text("\nlatency    p50 "u8).Number(Percentile(50), "F2")
            .Text("  p99 "u8).Number(Percentile(99), "F2")
            .Text("  p99.9 "u8).Number(Percentile(99.9), "F2")
            .Text("  max "u8).Number(Microseconds(Latency.Max), "F2")
            .Text(" µs\n           "u8).Number(Latency.Count, "N0").Text(" samples, with at most "u8).Number(Window, "N0")
            .Text(" packets under way at once\n"u8);
    }

    private static double Microseconds(long ticks) => JsonParts.Rounded(Tsc.ToNanoseconds(ticks) / 1000, 3);

    private double Percentile(double percent) => Microseconds(Latency.Percentile(percent));
}
