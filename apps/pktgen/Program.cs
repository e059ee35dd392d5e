using PollIO.Apps.Common;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Pktgen.CommandLine;
using PollIO.Apps.Pktgen.Reporting;
using PollIO.Apps.Pktgen.Sending;
using PollIO.Pmd.Hugepages;

namespace PollIO.Apps.Pktgen;

/// <summary>
/// Sends packets. Read <see cref="Run"/> from top to bottom, then follow the calls down: lanes and what they send (Sending), frames
/// and pacing (Traffic, which the latency app shares).
/// </summary>
internal static class Program
{
    private const string Name = "pktgen";

    internal static int Main(string[] args) => AppMain.Run<Options>(Name, (out answer) => OptionParser.Parse(args, out answer), Run);

    private static int Run(Options options, StopSignal stop)
    {
        using JsonTarget? json = JsonTarget.Open(options.Json);
        using var screen = new Screen(onStandardError: options.JsonOnStandardOutput);
        Recording? recording = options.Capture is null ? null : Recording.Load(options.Capture);
        if (recording is { HasTimes: false } && options.Rate is null)
        {
            throw new PollIOException("replay capture", options.Capture!, "packets without time stamps are in it", remedy: "give --rate");
        }

        // Threads started later run where the main thread may: keep them off the lcores' CPUs.
        IReadOnlyList<int> available = CpuSet.GetCurrent();
        IReadOnlyList<int> candidates = CorePlan.Candidates(options.Cores, available, keep: 1);
        CorePlan cores = CorePlan.Create([.. candidates.Take(options.Ports.Count * options.Queues)], options.Idle, available);
        CpuSet.ReserveForLCores(cores.Cpus);

        using var owned = new OwnedPool();
        using var ports = PortSet.Open(options.Ports);
        HugepageAllocator.UseFor(ports.Ports);
        var plan = new PoolPlan(Name, options.Queues, options.Burst, recording?.MaxSize ?? options.Sizes.Max(), cores.Cpus.Count, Held: 0);
        PacketPool pool = owned.Create(plan.For([.. ports.Ports.Select(port => port.Capabilities)]));
        ports.Start(_ => new PortConfig { Pool = pool, RxQueues = 0, TxQueues = options.Queues, MaxBurst = options.Burst });
        TextSummary.Announce(screen.Begin(), options, cores, recording);
        screen.Flush();
        ports.WaitForLinks(stop);
        using var senders = SenderSet.Launch(options, ports.Ports, cores, pool, recording);

        var meter = new Meter(ports.Ports, senders.Workers, []);
        var monitor = new RunMonitor(
            options.Duration, options.Interval, stop, meter, senders.Workers.Select(worker => worker.Core), ports.Ports);
        LiveDisplay? display = options.Interval == TimeSpan.Zero ? null : new LiveDisplay(screen, meter, ports.Ports.Select(port => port.Name));
        RunResult run = monitor.Run(display, beginPart: null);
        senders.Stop();
        ports.Stop();

        run = run with { Fault = run.Fault ?? monitor.FindFault() };
        var summary = new Summary(options, cores, ports.Ports, meter.Read(), run, Evenness.Of(senders.Lanes), recording);
        TextSummary.Write(screen.Begin(), summary);
        screen.Flush();
        json?.Write(JsonSummary.Create(summary));
        return AppMain.End(Name, run.Fault);
    }
}
