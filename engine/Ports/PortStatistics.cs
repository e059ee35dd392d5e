namespace PollIO;

/// <summary>A reading of a port's counters.</summary>
/// <param name="Rx">All RX queues together.</param>
/// <param name="Tx">All TX queues together.</param>
/// <param name="Extended">The driver's own counters by name, for example "kernel_drops".</param>
public sealed record PortStatistics(QueueStatistics Rx, QueueStatistics Tx, IReadOnlyList<KeyValuePair<string, long>> Extended);
