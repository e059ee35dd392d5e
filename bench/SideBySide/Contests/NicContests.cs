using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Lab;
using PollIO.SideBySide.Plots;
using PollIO.SideBySide.Workers;

namespace PollIO.SideBySide.Contests;

/// <summary>NICs through VFIO in the lab's guest: PollIO and testpmd in turn on the same NICs, at the same work.</summary>
internal static class NicContests
{
    internal const string Rate = "pps";
    internal const string Cycles = "cycles";

    // Enough that neither NIC runs dry, and fewer than a ring holds, so that nothing is dropped.
    private const int Bursts = 6;

    /// <summary>The contests asked for. They run in the guest only; the host makes them to read the guest's results.</summary>
    internal static IEnumerable<Contest> Create(RunnerOptions options) =>
        from nics in LabNics.All
        where options.Only.Contains(nics.Name)
        from mode in Enum.GetValues<NicMode>()
        select CreateOne(options, nics, mode);

    private static Contest CreateOne(RunnerOptions options, LabNics nics, NicMode mode)
    {
        string title = $"{nics.Name}, {TestPmdName(mode)}";
        string[] devices = mode switch
        {
            NicMode.Io => [nics.First, nics.Second],
            NicMode.TxOnly => [nics.Sending],
            _ => [nics.Flooded],
        };
        bool sends = mode != NicMode.RxOnly;
        int bursts = mode == NicMode.Io ? Bursts : 0;
        PollIONicProcess? own = null;
        return new Contest(
            nics.Name,
            [
                new Row(Rate, title, "Mpps", HigherIsBetter: true)
                {
                    Places = [new(PlotKind.RateByMode(nics.Name, $"{nics.Name} in the lab's guest"), TestPmdName(mode))],
                },
                new Row(Cycles, $"{title}, busy cycles a packet", "cycles", HigherIsBetter: false),
            ],
            [
                new NicContestant("PollIO", options, sends, () => new PollIONic(own!, mode, bursts), cancellation => own!.WaitUntilCompiledAsync(cancellation)),
                new NicContestant(
                    "DPDK", options, sends, () => new TestPmdNic(TestPmd.StartOnNics(TestPmdName(mode), devices), bursts), _ => Task.CompletedTask),
            ])
        {
            Label = title,
            SetUp = () => own = PollIONicProcess.Start(mode, devices),
        };
    }

    private static string TestPmdName(NicMode mode) => mode.ToString().ToLowerInvariant();
}
