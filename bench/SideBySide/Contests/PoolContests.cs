using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>Packets taken from a pool with a cache and given back on one core: PollIO's PacketPool and DPDK's rte_mempool.</summary>
internal static class PoolContests
{
    internal static Contest Create(RunnerOptions options, FloorBinary floor)
    {
        Row[] rows = [.. PoolShape.All.Select(shape => new Row(shape.Key, shape.Title, "cycles/packet", HigherIsBetter: false))];
        return new Contest("pool", rows,
        [
            new ProgramContestant("PollIO", null, TimeSpan.FromSeconds(options.Seconds + options.Warmup + 20), () => SelfProcess.Worker(
                null, "pool", "--seconds", Text(options.Seconds), "--warmup", Text(options.Warmup), "--cpu", Text(options.WorkCpu))),
            new MempoolPerfContestant(options, floor),
        ]);
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
