using System.Runtime.InteropServices;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Lab;
using PollIO.SideBySide.Machine;
using PollIO.SideBySide.Reporting;

namespace PollIO.SideBySide;

/// <summary>Runs the contests asked for and reports them.</summary>
internal static class Runner
{
    /// <returns>The exit code: 0, or 1 when it was interrupted. What was measured by then is reported.</returns>
    internal static async Task<int> RunAsync(RunnerOptions options)
    {
        ReportFiles.Check(options);
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using HugepageReservation hugepages = HugepageReservation.Take(Eal.Hugepages);
        using var floor = new FloorBinary();
        Eal.Prepare(hugepages);

        string memory = hugepages.Description + (Eal.UsesHugepages ? "; DPDK uses them" : "; DPDK runs with --no-huge, which costs it speed");
        IReadOnlyList<KeyValuePair<string, string>> machine = MachineDescription.Describe(memory);
        var runner = new ContestRunner(options, Console.Error.WriteLine);
        var results = new List<ContestResult>();
        bool interrupted = false;
        try
        {
            foreach (Contest contest in CreateContests(options, floor))
            {
                results.Add(await runner.RunAsync(contest, stop.Token));
            }

            results.AddRange(await LabGuest.RunAsync(options, Console.Error.WriteLine, stop.Token));
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }

        var report = new Report(options, machine, results, interrupted);
        Console.Out.Write(TextReport.Create(report));
        ReportFiles.Write(report);
        return interrupted ? 1 : 0;

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static IEnumerable<Contest> CreateContests(RunnerOptions options, FloorBinary floor)
    {
        Contest[] all =
        [
            .. NullContests.Create(options, floor),
            .. TransmitContests.Create(options),
            RingContests.CreateTwoCores(options),
            RingContests.CreateOneCore(options),
            PoolContests.Create(options, floor),
            PipelinesContests.Create(options),
            .. AfPacketContests.Create(options),
            .. VirtioContests.Create(options),
            .. LatencyContests.Create(options),
            .. StartupContests.Create(options),
        ];
        return all.Where(contest => options.Only.Contains(contest.Name));
    }
}
