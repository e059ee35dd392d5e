using System.Diagnostics.Metrics;

namespace PollIO;

/// <summary>The ports' counters as instruments of <see cref="Diagnostics.EngineMeter"/>.</summary>
/// <remarks>Names and units follow OpenTelemetry's conventions for network counters; they are read only when somebody listens.</remarks>
internal static class PortMeters
{
    internal static void AddTo(Meter meter)
    {
        meter.CreateObservableCounter(
            "pollio.port.packets", () => PerQueue(queue => queue.Packets), "{packet}", "Packets moved by a queue");
        meter.CreateObservableCounter(
            "pollio.port.io", () => PerQueue(queue => queue.Bytes), "By", "Bytes moved by a queue");
        meter.CreateObservableCounter(
            "pollio.port.errors", () => PerQueue(queue => queue.Errors), "{error}", "Errors the device or system reported");
        meter.CreateObservableCounter(
            "pollio.port.copied", () => PerQueue(queue => queue.Copied), "{packet}", "Packets copied because their pool was out of the port's reach");
        meter.CreateObservableCounter("pollio.port.drops", Drops, "{packet}", "Packets dropped by a queue, by cause");
        meter.CreateObservableUpDownCounter("pollio.port.ring.packets.usage", () => Rings(level => level.Used), "{packet}", "Packets in a queue's ring, where the driver can tell");
        meter.CreateObservableUpDownCounter("pollio.port.ring.packets.limit", () => Rings(level => level.Limit), "{packet}", "Packets a queue's ring holds, where the driver can tell");
        meter.CreateObservableUpDownCounter("pollio.port.link.up", Links, "1", "1 while the port's link is up, else 0");
        meter.CreateObservableCounter("pollio.port.extended", Extended, "{count}", "The driver's own counters, by name");
    }

    private static IEnumerable<Measurement<long>> PerQueue(Func<QueueStatistics, long> value) =>
        from queue in Queues()
        select new Measurement<long>(value(queue.Queue.Counters.Snapshot()), queue.Tags);

    private static IEnumerable<Measurement<long>> Drops() =>
        from queue in Queues()
        let statistics = queue.Queue.Counters.Snapshot()
        from cause in Enum.GetValues<DropCause>()
        let drops = statistics.DropsBy(cause)
        where drops != 0
        select new Measurement<long>(drops, [.. queue.Tags, new("pollio.drop.cause", cause.ToString())]);

    private static IEnumerable<Measurement<long>> Links() =>
        from port in Port.OpenPorts
        select new Measurement<long>(port.Link.IsUp ? 1 : 0, Tags(port));

    private static IEnumerable<Measurement<long>> Extended() =>
        from port in Port.OpenPorts
        from counter in port.ReadExtendedCounters()
        select new Measurement<long>(counter.Value, [.. Tags(port), new("pollio.counter.name", counter.Key)]);

    private static IEnumerable<Measurement<long>> Rings(Func<RingLevel, int> value) =>
        from queue in Queues()
        let level = queue.Queue.RingLevel
        where level is not null
        select new Measurement<long>(value(level.Value), queue.Tags);

    private static IEnumerable<(PortQueue Queue, KeyValuePair<string, object?>[] Tags)> Queues()
    {
        foreach (Port port in Port.OpenPorts)
        {
            foreach (RxQueue queue in port.RxQueues)
            {
                yield return (queue, Tags(port, queue.Index, "receive"));
            }

            foreach (TxQueue queue in port.TxQueues)
            {
                yield return (queue, Tags(port, queue.Index, "transmit"));
            }
        }
    }

    private static KeyValuePair<string, object?>[] Tags(Port port, int queue, string direction) =>
        [.. Tags(port), new("pollio.queue.index", queue), new("network.io.direction", direction)];

    // The number tells apart ports of one spec: two of "null:", both ends of a wire.
    private static KeyValuePair<string, object?>[] Tags(Port port) => [new("pollio.port.name", port.Name), new("pollio.port.id", (int)port.Id)];
}
