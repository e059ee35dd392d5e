using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>Packets taken from a pool with a cache and given back on one core: PollIO's PacketPool and DPDK's pools.</summary>
internal static class PoolContests
{
    internal static Contest Create(RunnerOptions options, FloorBinary floor) => new(
        "pool",
        [.. PoolShape.All.Select(shape => shape.RawRow), .. PoolShape.All.Select(shape => shape.CallsRow), .. PoolShape.All.Select(shape => shape.DriverRow)],
        [
            new ProgramContestant("PollIO", null, TimeSpan.FromSeconds(options.Seconds + options.Warmup + 20), () => SelfProcess.Worker(
                null, "pool", "--seconds", Text(options.Seconds), "--warmup", Text(options.Warmup), "--cpu", Text(options.WorkCpu))),
            new MempoolPerfContestant(options, floor),
            new MbufContestant(options, floor),
        ]);

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
