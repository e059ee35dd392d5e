using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Machine;

namespace PollIO.SideBySide.Contests;

/// <summary>Runs the contestants of a contest in turn, A B A B, and repeats what was disturbed.</summary>
internal sealed class ContestRunner(RunnerOptions options, Action<string> progress)
{
    /// <summary>Runs a contest. Contestants that fail are left out from then on, with the reason.</summary>
    internal async Task<ContestResult> RunAsync(Contest contest, CancellationToken cancellation)
    {
        string?[] reasons = [.. contest.Contestants.Select(contestant => contestant.Missing)];
        List<Measurement>[] measurements = [.. contest.Contestants.Select(_ => new List<Measurement>())];
        if (reasons[0] is null)
        {
            using IDisposable? environment = TrySetUp(contest, reasons);
            for (int pair = 0; pair < options.Pairs && reasons[0] is null; pair++)
            {
                for (int i = 0; i < contest.Contestants.Count; i++)
                {
                    if (reasons[i] is not null)
                    {
                        continue;
                    }

                    progress($"{contest.Rows[0].Title}: pair {pair + 1} of {options.Pairs}, {contest.Contestants[i].Name}");
                    try
                    {
                        measurements[i].Add(await MeasureAsync(contest, contest.Contestants[i], cancellation));
                    }
                    catch (PollIOException e)
                    {
                        reasons[i] = e.Message;
                    }
                }
            }
        }

        return new ContestResult(contest, measurements, reasons);
    }

    private static IDisposable? TrySetUp(Contest contest, string?[] reasons)
    {
        try
        {
            return contest.SetUp?.Invoke();
        }
        catch (PollIOException e)
        {
            Array.Fill(reasons, e.Message);
            return null;
        }
    }

    private async Task<Measurement> MeasureAsync(Contest contest, IContestant contestant, CancellationToken cancellation)
    {
        for (int repetition = 0; ; repetition++)
        {
            double before = contest.TwoCores ? CoreRoundTrip.MeasureNanoseconds(options.SideCpu, options.WorkCpu) : 0;
            var watch = new LoadWatch();
            Sample sample = await contestant.MeasureAsync(cancellation);
            Load load = watch.Stop(contest.KernelWorks);
            double after = contest.TwoCores ? CoreRoundTrip.MeasureNanoseconds(options.SideCpu, options.WorkCpu) : 0;
            bool isDisturbed = load.Exceeds(options.MaxLoad);
            if (!isDisturbed || repetition == options.Repeats)
            {
                return new Measurement(sample, load, isDisturbed, repetition, Math.Max(before, after));
            }

            progress($"repeated: {load.Steal * 100:F1}% steal, {load.Foreign * 100:F1}% foreign load");
        }
    }
}
