using PollIO.Apps.Common.Traffic;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Measuring;

namespace PollIO.Apps.Latency.Searching;

/// <summary>Measures one size: at one rate, or at the highest that passes.</summary>
internal static class SizeRun
{
    /// <summary>Measures.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="bench">Where.</param>
    /// <param name="size">Bytes of a frame.</param>
    /// <param name="tell">Told of each trial of a search, and whether it passed.</param>
    /// <exception cref="PollIOException">A port has failed.</exception>
    internal static SizeResult Measure(Options options, Bench bench, int size, Action<TrialResult, bool> tell)
    {
        if (options.Tolerance is not { } tolerance)
        {
            return new SizeResult(bench.Run(size, options.Rate, options.Duration), null, 1);
        }

        TrialResult? best = null;
        TrialResult? last = null;
        int trials = 0;
        double highest = options.Rate.PacketsPerSecond(size);
        (double passed, _) = RateSearch.Run(highest, options.Resolution / 100, packetsPerSecond =>
        {
            if (bench.IsStopped)
            {
                return null;
            }

            last = bench.Run(size, new Rate(RateUnit.Packets, packetsPerSecond), options.Duration);
            if (bench.IsStopped)
            {
                return null;
            }

            trials++;
            bool passes = last.IsAtRate && last.LostPercent <= tolerance;
            best = passes ? last : best;
            tell(last, passes);
            return passes;
        });
        return new SizeResult(best ?? last ?? bench.Run(size, options.Rate, options.Duration), passed, trials);
    }
}
