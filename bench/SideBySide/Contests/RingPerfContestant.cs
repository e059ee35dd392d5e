using PollIO.SideBySide.Dpdk;

namespace PollIO.SideBySide.Contests;

/// <summary>DPDK's ring_perf_autotest; its length is its own.</summary>
internal sealed class RingPerfContestant(bool twoCores, int[] cpus) : IContestant
{
    public string Name => "DPDK";

    public string? Missing => Eal.Missing(DpdkTest.Program);

    public async Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        await DpdkTest.RunAsync("ring_perf_autotest", cpus, [], Collect, cancellation);
        var values = new Dictionary<string, double>();
        foreach ((RingPerfRow row, double cycles) in RingPerfParser.Parse(lines))
        {
            if (row.TwoCores == twoCores)
            {
                // On one core a line is of a whole burst, between two cores of an item.
                values[$"{(row.Api == "single" ? "burst" : row.Api)}{row.Size}"] = twoCores ? cycles : cycles / row.Size;
            }
        }

        return values.Count != 0
            ? new Sample(values)
            : throw new PollIOException("read ring_perf_autotest", DpdkTest.Program, twoCores ? "it printed no two-core lines" : "it printed no one-core lines");

        // What comes after is of 16-byte elements.
        bool Collect(string line)
        {
            lines.Add(line);
            return line.StartsWith("elem APIs", StringComparison.Ordinal);
        }
    }
}
