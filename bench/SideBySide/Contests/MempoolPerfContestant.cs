using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// DPDK's mempool_perf_autotest, the rows of one core with a cache. It gets to them after half an hour; its clock is therefore given
/// shorter seconds (floor/short_seconds.c), and its rates are multiplied by as much.
/// </summary>
internal sealed class MempoolPerfContestant(RunnerOptions options, FloorBinary floor) : IContestant
{
    private const int Cache = 512;
    private const int SecondsPerRow = 5;

    private static readonly int s_figures = 3 * PoolShape.All.Length;

    public string Name => "DPDK";

    public string? Missing => Eal.Missing(DpdkTest.Program) ?? FloorBinary.Missing;

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        // 420 rows are run in all, of which 60 are the ones wanted: a row gets what makes those 60 take about the time asked for.
        int shortened = Math.Clamp((int)Math.Round(60 * SecondsPerRow / options.Seconds), 50, 1000);
        string library = floor.Compile("short_seconds.c", "-shared", "-fPIC");
        var values = new Dictionary<string, double>();
        await DpdkTest.RunAsync(
            "mempool_perf_autotest",
            [options.WorkCpu],
            [new("LD_PRELOAD", library), new("SHORT_SECONDS", shortened.ToString(CultureInfo.InvariantCulture))],
            Collect,
            cancellation);
        return values.Count == s_figures
            ? new Sample(values)
            : throw new PollIOException("read mempool_perf_autotest", DpdkTest.Program, $"it printed {values.Count} of {s_figures} figures");

        bool Collect(string line)
        {
            if (MempoolPerfParser.TryParse(line, out MempoolPerfRow row, out double rate)
                && row is { Cache: Cache, Cores: 1, Constant: false }
                && row.GetBulk == row.PutBulk)
            {
                var shape = new PoolShape(row.GetBulk, row.Keep);
                if (PoolShape.All.Contains(shape))
                {
                    shape.AddAllTo(values, Tsc.Frequency / (rate * shortened));
                }
            }

            return values.Count == s_figures;
        }
    }
}
