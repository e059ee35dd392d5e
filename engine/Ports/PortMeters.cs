using System.Diagnostics.Metrics;

namespace PollIO;

/// <summary>The ports' counters as <see cref="System.Diagnostics.Metrics"/> instruments of the meter "PollIO".</summary>
/// <remarks>Names and units follow OpenTelemetry's conventions for network counters; they are read only when somebody listens.</remarks>
internal static class PortMeters
{
    private static readonly Meter s_meter = Create();

    internal static void EnsureCreated() => GC.KeepAlive(s_meter);

    private static Meter Create()
    {
        var meter = new Meter("PollIO");
        meter.CreateObservableCounter(
            "pollio.port.packets", () => PerQueue(queue => queue.Packets), "{packet}", "Packets moved by a queue");
        meter.CreateObservableCounter(
            "pollio.port.io", () => PerQueue(queue => queue.Bytes), "By", "Bytes moved by a queue");
        meter.CreateObservableCounter(
            "pollio.port.errors", () => PerQueue(queue => queue.Errors), "{error}", "Errors the device or system reported");
        meter.CreateObservableCounter("pollio.port.drops", Drops, "{packet}", "Packets dropped by a queue, by cause");
        return meter;
    }

    private static IEnumerable<Measurement<long>> PerQueue(Func<QueueStatistics, long> value) =>
        from queue in Queues()
        select new Measurement<long>(value(queue.Statistics), queue.Tags);

    private static IEnumerable<Measurement<long>> Drops() =>
        from queue in Queues()
        from cause in Enum.GetValues<DropCause>()
        let drops = queue.Statistics.DropsBy(cause)
        where drops != 0
        select new Measurement<long>(drops, [.. queue.Tags, new("pollio.drop.cause", cause.ToString())]);

    private static IEnumerable<(QueueStatistics Statistics, KeyValuePair<string, object?>[] Tags)> Queues()
    {
        foreach (Port port in Port.OpenPorts)
        {
            foreach (RxQueue queue in port.RxQueues)
            {
                yield return (queue.Counters.Snapshot(), Tags(port, queue.Index, "receive"));
            }

            foreach (TxQueue queue in port.TxQueues)
            {
                yield return (queue.Counters.Snapshot(), Tags(port, queue.Index, "transmit"));
            }
        }
    }

    private static KeyValuePair<string, object?>[] Tags(Port port, int queue, string direction) =>
        [new("pollio.port.name", port.Name), new("pollio.queue.index", queue), new("network.io.direction", direction)];
}
