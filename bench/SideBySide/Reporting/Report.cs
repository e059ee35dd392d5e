using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Statistics;

namespace PollIO.SideBySide.Reporting;

/// <summary>Everything a run found, and the tables all formats show.</summary>
internal sealed record Report(
    RunnerOptions Options,
    IReadOnlyList<KeyValuePair<string, string>> Machine,
    IReadOnlyList<ContestResult> Results,
    bool Interrupted)
{
    /// <summary>The command's settings as lines of name and value.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Settings =>
    [
        new("each run", FormattableString.Invariant($"{Options.Seconds} s measured after {Options.Warmup} s of warm-up, a process of its own")),
        new("pairs", FormattableString.Invariant($"{Options.Pairs}, interleaved")),
        new("cores", FormattableString.Invariant($"work on {Options.WorkCpu}, generators and DPDK's sleeping main lcore on {Options.SideCpu}")),
        new("repeated above", FormattableString.Invariant($"{Options.MaxLoad * 100:0.#}% steal time or foreign load, at most {Options.Repeats} times")),
    ];

    /// <summary>One line for every figure of PollIO against every other contestant.</summary>
    internal IEnumerable<RatioLine> Ratios()
    {
        foreach (ContestResult result in Results)
        {
            foreach (Row row in result.Contest.Rows)
            {
                for (int i = 1; i < result.Contest.Contestants.Count; i++)
                {
                    yield return RatioLine.Create(result, row, i);
                }
            }
        }
    }

    /// <summary>What contestants said beside their figures: medians over the pairs.</summary>
    internal IEnumerable<EvidenceLine> Evidence()
    {
        foreach (ContestResult result in Results)
        {
            for (int i = 0; i < result.Contest.Contestants.Count; i++)
            {
                IReadOnlyList<Measurement> measurements = result.Measurements[i];
                if (measurements.Count == 0)
                {
                    continue;
                }

                (string title, string name) = (result.Contest.Title, result.Contest.Contestants[i].Name);
                foreach (string key in measurements[0].Sample.Evidence.Keys)
                {
                    yield return new EvidenceLine(title, name, key, Quantiles.Median([.. measurements.Select(measurement => measurement.Sample.Evidence[key])]));
                }

                if (measurements[0].Sample.AllocatedBytes is not null)
                {
                    yield return new EvidenceLine(title, name, "allocated bytes, most in a run", measurements.Max(measurement => measurement.Sample.AllocatedBytes ?? 0));
                    yield return new EvidenceLine(title, name, "collections, most in a run", measurements.Max(measurement => measurement.Sample.Collections ?? 0));
                }
            }

            if (result.Contest.TwoCores && result.Measurements.SelectMany(list => list).ToArray() is { Length: > 0 } all)
            {
                yield return new EvidenceLine(result.Contest.Title, "both", "core-to-core round trip, ns, least", all.Min(measurement => measurement.RoundTripNanoseconds));
                yield return new EvidenceLine(result.Contest.Title, "both", "core-to-core round trip, ns, most", all.Max(measurement => measurement.RoundTripNanoseconds));
            }
        }
    }
}
