using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Statistics;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// One core puts packets into a ring, another takes them out, as DPDK's ring_perf_autotest does it between two cores: a ring of
/// 4096, 32,768 bulk calls each, a pause after a call that failed, and the cycles an item of both cores added.
/// </summary>
internal static class RingWorker
{
    internal const int RingSize = 4096;
    internal const int CallsPerRound = 1 << 15;

    /// <summary>Items a call.</summary>
    internal static readonly int[] Sizes = [8, 32];

    internal static string Key(int size) => $"bulk{size}";

    internal static void Run(Arguments arguments)
    {
        double seconds = arguments.TakeDouble("--seconds", 3, 0.01, 60);
        double warmup = arguments.TakeDouble("--warmup", 1, 0, 60);
        int putCpu = arguments.TakeInt32("--put-cpu", 0, 0, 1023);
        int takeCpu = arguments.TakeInt32("--take-cpu", 1, 0, 1023);
        arguments.End();

        var values = new Dictionary<string, double>();
        long allocated = 0;
        int collections = 0;
        foreach (int size in Sizes)
        {
            var rounds = new RingRounds(size, warmup / Sizes.Length, seconds / Sizes.Length);
            using LCore taking = LCore.Launch(new LCoreOptions { Cpu = takeCpu, Name = "take" }, new RingTaker(rounds));
            using LCore putting = LCore.Launch(new LCoreOptions { Cpu = putCpu, Name = "put" }, new RingPutter(rounds));
            Task.WaitAll(putting.Completion, taking.Completion);
            values[Key(size)] = Quantiles.Median(rounds.CyclesPerItem());
            allocated += rounds.AllocatedBytes;
            collections += rounds.Collections;
        }

        WorkerOutput.Write(new Sample(values) { AllocatedBytes = allocated, Collections = collections });
    }
}
