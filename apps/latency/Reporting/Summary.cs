using PollIO.Apps.Common.Setup;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Searching;

namespace PollIO.Apps.Latency.Reporting;

/// <summary>All there is to say at the end, for people and as JSON.</summary>
/// <param name="Options">The command line.</param>
/// <param name="Cores">Where the lcores ran.</param>
/// <param name="Results">One for each size that was measured.</param>
internal sealed record Summary(Options Options, CorePlan Cores, IReadOnlyList<SizeResult> Results)
{
    /// <summary>Latencies of all sizes together, in TSC ticks.</summary>
    internal LatencyHistogram Latency
    {
        get
        {
            var sum = new LatencyHistogram(LatencyHistogram.ThreeDigits);
            foreach (SizeResult result in Results)
            {
                sum.Add(result.Trial.Latency);
            }

            return sum;
        }
    }
}
