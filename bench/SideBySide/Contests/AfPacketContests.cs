using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Network;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Contests;

/// <summary>Packet sockets on veth interfaces, flooded with 64-byte frames: PollIO's af_packet port and DPDK's net_af_packet.</summary>
internal static class AfPacketContests
{
    internal static IEnumerable<Contest> Create(RunnerOptions options)
    {
        var receivePlot = PlotKind.RateByBurst("af_packet-receive", "Packet socket, received from veth");
        var forwardPlot = PlotKind.RateByBurst("af_packet-forward", "Packet sockets, forwarded between veth interfaces");
        foreach (int burst in options.Bursts)
        {
            yield return CreateOne(
                options,
                new Row(FloodedContestant.Key, $"af_packet, receive, burst {burst}", "Mpps", HigherIsBetter: true) { Places = [new(receivePlot, Text(burst))] },
                forwards: false,
                lab => PollIOForwarder.Start(lab.Engine, options.WorkCpu, burst, $"af_packet:{VethLab.EngineInterface0}"),
                lab => TestPmd.Start(lab.Engine, options.SideCpu, options.WorkCpu, burst, "rxonly", Device(0, VethLab.EngineInterface0)));
        }

        foreach (int burst in options.Bursts)
        {
            yield return CreateOne(
                options,
                new Row(FloodedContestant.Key, $"af_packet, forward, burst {burst}", "Mpps", HigherIsBetter: true) { Places = [new(forwardPlot, Text(burst))] },
                forwards: true,
                lab => PollIOForwarder.Start(
                    lab.Engine, options.WorkCpu, burst, $"af_packet:{VethLab.EngineInterface0}", $"af_packet:{VethLab.EngineInterface1}"),
                lab => TestPmd.Start(
                    lab.Engine, options.SideCpu, options.WorkCpu, burst, "io", Device(0, VethLab.EngineInterface0), Device(1, VethLab.EngineInterface1)));
        }
    }

    private static Contest CreateOne(
        RunnerOptions options, Row row, bool forwards, Func<VethLab, IForwarder> startPollIO, Func<VethLab, IForwarder> startDpdk)
    {
        VethLab? lab = null;
        return new Contest(
            "af_packet",
            [row],
            [
                new FloodedContestant("PollIO", VethLab.Missing, options, () => lab!, forwards, startPollIO),
                new FloodedContestant("DPDK", VethLab.Missing ?? Eal.Missing(TestPmd.Program), options, () => lab!, forwards, startDpdk),
            ])
        {
            TwoCores = true,
            KernelWorks = true,
            SetUp = () => lab = VethLab.Create(),
        };
    }

    /// <summary>Rings as large as PollIO's: 2048 slots of 2 KiB. DPDK's own default is 512.</summary>
    private static string Device(int index, string networkInterface) =>
        $"net_af_packet{index},iface={networkInterface},blocksz=131072,framesz=2048,framecnt=2048";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
