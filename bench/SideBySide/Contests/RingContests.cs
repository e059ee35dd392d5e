using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>Single-producer single-consumer rings of pointers: PollIO's SpscRing and DPDK's rte_ring as ring_perf_autotest uses it.</summary>
internal static class RingContests
{
    internal static Contest CreateTwoCores(RunnerOptions options)
    {
        Row[] rows = [.. RingWorker.Sizes.Select(size => new Row(RingWorker.Key(size), $"ring, two cores, bulk {size}", "cycles/item", HigherIsBetter: false))];
        return new Contest("ring", rows,
        [
            Worker(options, "ring", "--put-cpu", Text(options.SideCpu), "--take-cpu", Text(options.WorkCpu)),
            // The test waits for ever when the main lcore is not the lower of the two.
            new RingPerfContestant(twoCores: true, [Math.Min(options.SideCpu, options.WorkCpu), Math.Max(options.SideCpu, options.WorkCpu)]),
        ])
        {
            TwoCores = true,
        };
    }

    internal static Contest CreateOneCore(RunnerOptions options)
    {
        string[] shapes = ["burst1", "burst8", "burst32", "bulk8", "bulk32"];
        Row[] rows = [.. shapes.Select(shape => new Row(shape, $"ring, one core, {shape.Insert(shape.IndexOfAny(['1', '3', '8']), " ")}", "cycles/item", HigherIsBetter: false))];
        return new Contest("ring-one-core", rows,
        [
            Worker(options, "ring-one-core", "--cpu", Text(options.WorkCpu)),
            new RingPerfContestant(twoCores: false, [options.WorkCpu]),
        ]);
    }

    private static ProgramContestant Worker(RunnerOptions options, string name, params string[] arguments) =>
        new("PollIO", null, TimeSpan.FromSeconds(options.Seconds + options.Warmup + 20), () => SelfProcess.Worker(
            null, [name, "--seconds", Text(options.Seconds), "--warmup", Text(options.Warmup), .. arguments]));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
