using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Contests;

/// <summary>Frames with headers of their own, made and sent through a port that costs nothing, on one core: pktgen and testpmd's txonly.</summary>
internal static class TransmitContests
{
    private const string Key = "pps";
    private const int FrameSize = 64;

    internal static IEnumerable<Contest> Create(RunnerOptions options)
    {
        var plot = PlotKind.RateByBurst("transmit", "Frames generated on a null port");
        return options.Bursts.Select(burst => new Contest(
            "transmit",
            [new Row(Key, $"null transmit, burst {burst}", "Mpps", HigherIsBetter: true) { Places = [new(plot, burst.ToString(CultureInfo.InvariantCulture))] }],
            [
                new PktgenContestant(options, burst, FrameSize, Key),
                new ForwardContestant(
                    "DPDK",
                    Eal.Missing(TestPmd.Program),
                    options,
                    () => TestPmd.Start(null, options.SideCpu, options.WorkCpu, burst, FrameSize, "txonly", "net_null0"),
                    rates => new Sample(new Dictionary<string, double> { [Key] = rates.TxPerSecond })),
            ]));
    }
}
