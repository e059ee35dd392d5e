using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Lab;
using PollIO.SideBySide.Machine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Workers;

/// <summary>The part of the runner that runs inside the lab's guest: each contest's result is a line of JSON.</summary>
internal static class LabWorker
{
    // DPDK's pool, ours, and both sides' rings.
    private const int Hugepages = 160;

    internal static void Run(Arguments arguments)
    {
        RunnerOptions options = RunnerOptions.Take(arguments);
        if (!LabNics.IsHere)
        {
            throw new PollIOException("measure NICs", "this machine", "it is not the lab's guest", remedy: "sidebyside --only e1000e,e1000 boots the guest");
        }

        using HugepageReservation hugepages = HugepageReservation.Take(Hugepages);
        Prepare(options);

        // Foreign load shows on the host, which has the real CPUs.
        var runner = new ContestRunner(options with { MaxLoad = double.PositiveInfinity }, Console.Error.WriteLine);
        foreach (Contest contest in NicContests.Create(options))
        {
            ContestResult result = runner.RunAsync(contest, CancellationToken.None).GetAwaiter().GetResult();
            WorkerOutput.Write(new LabResult(contest.Title, result.Measurements, result.Reasons));
        }
    }

    private static void Prepare(RunnerOptions options)
    {
        FewPlugins.Use();
        ToolRunner.Run("modprobe", "vfio-pci");
        if (!Directory.Exists("/dev/hugepages"))
        {
            Directory.CreateDirectory("/dev/hugepages");
        }

        ToolRunner.Run("mount", "-t", "hugetlbfs", "-o", "pagesize=2M", "hugetlbfs", "/dev/hugepages");
        foreach (LabNics nics in LabNics.All.Where(nics => options.Only.Contains(nics.Name)))
        {
            foreach (string address in (string[])[nics.First, nics.Second, nics.Sending, nics.Flooded])
            {
                PciBinder.Bind(address, "vfio-pci");
            }
        }
    }
}
