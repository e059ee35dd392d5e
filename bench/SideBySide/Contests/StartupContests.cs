using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Network;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Contests;

/// <summary>From the start of a process to its first packet at the other end of the wire: pktgen, and testpmd's txonly.</summary>
internal static class StartupContests
{
    private const string Key = "ms";
    private const int Burst = 32;

    internal static IEnumerable<Contest> Create(RunnerOptions options)
    {
        yield return OverVirtio(options);
        yield return OverVeth(options);
    }

    private static Contest OverVirtio(RunnerOptions options)
    {
        FirstPacketContestant Contestant(string name, Func<string, ChildProcess> start) => new(
            name,
            Eal.Missing(TestPmd.Program),
            Key,
            observerNamespace: null,
            socket => $"vhost:{socket}",
            start);
        return new Contest(
            "startup",
            [RowOf("virtio-user")],
            [
                Contestant("PollIO", socket => StartPktgen(options, null, $"virtio-user:{socket}")),
                Contestant("DPDK", socket => TestPmd.StartProcess(
                    null, options.SideCpu, options.WorkCpu, Burst, "txonly", $"net_virtio_user0,path={socket},queues=1")),
            ]);
    }

    private static Contest OverVeth(RunnerOptions options)
    {
        VethLab? lab = null;
        string? missing = VethLab.Missing ?? Eal.Missing(TestPmd.Program);
        FirstPacketContestant Contestant(string name, Func<string, ChildProcess> start) => new(
            name, missing, Key, () => lab!.Sink, _ => $"af_packet:{VethLab.SinkInterface}", start);
        return new Contest(
            "startup",
            [RowOf("af_packet")],
            [
                Contestant("PollIO", _ => StartPktgen(options, lab!.Engine, $"af_packet:{VethLab.EngineInterface1}")),
                Contestant("DPDK", _ => TestPmd.StartProcess(
                    lab!.Engine, options.SideCpu, options.WorkCpu, Burst, "txonly", $"net_af_packet0,iface={VethLab.EngineInterface1}")),
            ])
        {
            KernelWorks = true,
            SetUp = () => lab = VethLab.Create(),
        };
    }

    private static Row RowOf(string driver) => new(Key, $"start to first packet, {driver}", "ms", HigherIsBetter: false);

    private static ChildProcess StartPktgen(RunnerOptions options, string? networkNamespace, string port) => AppProgram.Start(
        networkNamespace, "pktgen", "--port", port, "--rate", "10kpps", "--burst", Text(Burst), "--cores", Text(options.WorkCpu), "--idle", "spin", "--interval", "0");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
