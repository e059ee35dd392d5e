using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Plots;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// How long packets take there and back through a forwarder over a vhost-user socket: PollIO's l2fwd, and testpmd. The latency app
/// sends and receives on the other core, at the same rate for both.
/// </summary>
internal static class LatencyContests
{
    private const string Rate = "500kpps";
    private const int Burst = 32;

    /// <summary>Percentiles of a contest: as its rows and plots have them, and as the app's summary has them.</summary>
    private static readonly (string Percentile, string Key)[] s_percentiles =
        [("p50", "p50Us"), ("p90", "p90Us"), ("p99", "p99Us"), ("p99.9", "p999Us"), ("p99.99", "p9999Us")];

    internal static IEnumerable<Contest> Create(RunnerOptions options) =>
        from name in (string[])["virtio-user", "vhost"]
        from layout in VirtioLayout.All
        select CreateOne(options, name, layout);

    private static Contest CreateOne(RunnerOptions options, string name, VirtioLayout layout)
    {
        bool isDriver = name == "virtio-user";
        string title = $"latency, {name} {layout.Name}";
        var plot = PlotKind.Latency($"{name}-{layout.Name}", $"Forwarder on {name}, {layout.Name} ring, {Rate}");
        string source = isDriver ? "vhost" : "virtio-user";
        string Device(string path) => isDriver ? $"net_virtio_user0,path={path},queues=1,{layout.DpdkKeys}" : $"net_vhost0,iface={path},queues=1";
        LatencyContestant Contestant(string who, Func<string, ChildProcess> start) =>
            new(who, Eal.Missing(TestPmd.Program), options, Rate, s_percentiles.Select(entry => entry.Key), isDriver, path => $"{source}:{path}?{layout.Keys}", start);
        return new Contest(
            "latency",
            [
                .. s_percentiles.Select(entry => new Row(entry.Key, $"{title}, {entry.Percentile}", "µs", HigherIsBetter: false)
                {
                    Places = [new(plot, entry.Percentile)],
                }),
            ],
            [
                Contestant("PollIO", path => AppProgram.Start(
                    null, "l2fwd", "--port", $"{name}:{path}?{layout.Keys}", "--mode", "io", "--burst", Text(Burst), "--cores", Text(options.WorkCpu), "--idle", "spin",
                    "--interval", "0")),
                Contestant("DPDK", path => TestPmd.StartProcess(null, options.SideCpu, options.WorkCpu, Burst, "io", Device(path))),
            ])
        {
            TwoCores = true,
            Label = title,
        };
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
