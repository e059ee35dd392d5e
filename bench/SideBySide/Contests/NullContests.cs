using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Contests;

/// <summary>Forwarding between two ports that cost nothing, both ways, on one core: PollIO's null port, DPDK's net_null, a C loop.</summary>
internal static class NullContests
{
    private const string Key = "pps";

    private static readonly PlotKind s_byBurst = PlotKind.RateByBurst("null", "Null ports, both ways on one core");

    internal static IEnumerable<Contest> Create(RunnerOptions options, FloorBinary floor) =>
        options.Bursts.Select(burst => new Contest(
            "null",
            [new Row(Key, $"null io, burst {burst}", "Mpps", HigherIsBetter: true) { Places = [new(s_byBurst, Text(burst))] }],
            [
                new ForwardContestant("PollIO", null, options, () => PollIOForwarder.Start(null, options.WorkCpu, burst, "null:", "null:"), ToSample),
                new ForwardContestant(
                    "DPDK",
                    Eal.Missing(TestPmd.Program),
                    options,
                    () => TestPmd.Start(null, options.SideCpu, options.WorkCpu, burst, "io", "net_null0", "net_null1"),
                    ToSample),
                Floor("C, called", "pointers", burst, options, floor),
                Floor("C, inline", "inline", burst, options, floor),
            ]));

    private static Sample ToSample(ForwardRates rates) => new(new Dictionary<string, double> { [Key] = rates.TxPerSecond })
    {
        Evidence = new Dictionary<string, double> { ["TSC cycles a packet"] = Tsc.Frequency / rates.TxPerSecond },
    };

    private static ProgramContestant Floor(string name, string shape, int burst, RunnerOptions options, FloorBinary floor) =>
        new(name, FloorBinary.Missing, TimeSpan.FromSeconds(options.Seconds + options.Warmup + 20), () => (
            floor.Compile("null_loop.c"),
            [shape, Text(burst), Text(options.Seconds), Text(options.Warmup), Text(options.WorkCpu)]));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
