using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Network;

namespace PollIO.SideBySide.Contests;

/// <summary>Packet sockets on veth interfaces, flooded with 64-byte frames: PollIO's af_packet port and DPDK's net_af_packet.</summary>
internal static class AfPacketContests
{
    private const int Burst = 32;

    internal static IEnumerable<Contest> Create(RunnerOptions options)
    {
        yield return CreateOne(
            options,
            "af_packet, receive",
            forwards: false,
            lab => PollIOForwarder.Start(lab.Engine, options.WorkCpu, Burst, $"af_packet:{VethLab.EngineInterface0}"),
            lab => TestPmd.Start(lab.Engine, options.SideCpu, options.WorkCpu, Burst, "rxonly", Device(0, VethLab.EngineInterface0)));
        yield return CreateOne(
            options,
            "af_packet, forward",
            forwards: true,
            lab => PollIOForwarder.Start(lab.Engine, options.WorkCpu, Burst, $"af_packet:{VethLab.EngineInterface0}", $"af_packet:{VethLab.EngineInterface1}"),
            lab => TestPmd.Start(
                lab.Engine, options.SideCpu, options.WorkCpu, Burst, "io", Device(0, VethLab.EngineInterface0), Device(1, VethLab.EngineInterface1)));
    }

    private static Contest CreateOne(
        RunnerOptions options, string title, bool forwards, Func<VethLab, IForwarder> startPollIO, Func<VethLab, IForwarder> startDpdk)
    {
        VethLab? lab = null;
        return new Contest(
            "af_packet",
            [new Row(FloodedContestant.Key, title, "Mpps", HigherIsBetter: true)],
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
}
