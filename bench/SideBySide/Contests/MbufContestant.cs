using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Processes;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>DPDK's packets rather than its bare pointers: floor/dpdk_mbuf.c.</summary>
internal sealed class MbufContestant(RunnerOptions options, FloorBinary floor) : IContestant
{
    private static readonly TimeSpan s_startUp = TimeSpan.FromSeconds(20);

    public string Name => "DPDK mbuf";

    public string? Missing =>
        FloorBinary.Missing ?? (ToolRunner.TryRun("pkg-config", ["--exists", "libdpdk"]).ExitCode == 0 ? null : "DPDK's headers are not installed: apt install libdpdk-dev pkg-config");

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        // Of two such flags the last one counts: Debian's own -march is an old one, and the floor's vectoriser is off.
        string[] flags = ToolRunner.Run("pkg-config", "--cflags", "--libs", "libdpdk").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        string program = floor.Compile("dpdk_mbuf.c", [.. flags, "-march=native", "-ftree-vectorize"]);
        string[] command = Eal.Command(program);
        await using var process = ChildProcess.Start(
            command[0], [.. command[1..], .. Eal.Arguments(options.WorkCpu), "--", Text(options.Seconds), Text(options.Warmup)]);
        string line = await process.ReadUntilAsync(
            line => line.StartsWith('{'), s_startUp + TimeSpan.FromSeconds(options.Seconds + options.Warmup), cancellation);
        Sample printed = WorkerOutput.Read<Sample>(line);
        var values = new Dictionary<string, double>();
        foreach (PoolShape shape in PoolShape.All)
        {
            shape.AddPacketsTo(values, printed.Values[shape.Key]);
        }

        return new Sample(values);
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
