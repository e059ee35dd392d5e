namespace PollIO.Apps.Latency.Measuring;

/// <summary>What one run at one rate and size has shown.</summary>
/// <param name="Size">Bytes of a frame.</param>
/// <param name="PacketsPerSecond">The rate asked for.</param>
/// <param name="Planned">Packets to be sent.</param>
/// <param name="Sent">Packets sent; fewer when the run was stopped or the port did not keep up.</param>
/// <param name="Seconds">From the first packet sent to the last.</param>
/// <param name="Sequences">What came, what came twice, what came late.</param>
/// <param name="Foreign">Packets that were not the trial's.</param>
/// <param name="Latency">Latencies in TSC ticks.</param>
/// <param name="Lag">TSC ticks by which packets were sent later than due; part of the latencies.</param>
/// <param name="AllocatedBytes">Managed bytes the lcores allocated.</param>
/// <param name="Collections">Collections of the process meanwhile.</param>
internal sealed record TrialResult(
    int Size,
    double PacketsPerSecond,
    long Planned,
    long Sent,
    double Seconds,
    SequenceTracker Sequences,
    long Foreign,
    LatencyHistogram Latency,
    LatencyHistogram Lag,
    long AllocatedBytes,
    int Collections)
{
    // A sender that takes so much longer than planned did not send at the rate.
    private const double AllowedStretch = 1.02;

    internal long Received => Sequences.Received;

    internal long Lost => Sent - Received;

    internal double LostPercent => Sent == 0 ? 0 : 100.0 * Lost / Sent;

    /// <summary>Whether what was asked for is what was sent.</summary>
    internal bool IsAtRate => Sent == Planned && (Planned <= 1 || Seconds <= (Planned - 1) / PacketsPerSecond * AllowedStretch);

    /// <summary>A percentile in microseconds.</summary>
    internal double Percentile(double percent) => Microseconds(Latency.Percentile(percent));

    internal static double Microseconds(double ticks) => ticks * 1e6 / Tsc.Frequency;
}
