using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Plots;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>Single-producer single-consumer rings of pointers: PollIO's SpscRing and DPDK's rte_ring as ring_perf_autotest uses it.</summary>
internal static class RingContests
{
    // What ring_perf_autotest measures on one core.
    private static readonly (string Api, int Size)[] s_shapes = [("burst", 1), ("burst", 8), ("burst", 32), ("bulk", 8), ("bulk", 32)];

    internal static Contest CreateTwoCores(RunnerOptions options)
    {
        var plot = PlotKind.CyclesByBurst("ring-two-cores", "Ring of pointers between two cores");
        Row[] rows =
        [
            .. RingWorker.Sizes.Select(size => new Row(RingWorker.Key(size), $"ring, two cores, bulk {size}", "cycles/item", HigherIsBetter: false)
            {
                Places = [new(plot, Text(size))],
            }),
        ];
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
        var plot = PlotKind.CyclesByBurst("ring-one-core", "Ring of pointers on one core");
        Row[] rows =
        [
            .. s_shapes.Select(shape => new Row($"{shape.Api}{shape.Size}", $"ring, one core, {shape.Api} {shape.Size}", "cycles/item", HigherIsBetter: false)
            {
                Places = [new(plot, Text(shape.Size), shape.Api)],
            }),
        ];
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
