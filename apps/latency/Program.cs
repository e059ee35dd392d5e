using PollIO.Apps.Common;
using PollIO.Apps.Common.Plotting;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Measuring;
using PollIO.Apps.Latency.Reporting;
using PollIO.Apps.Latency.Searching;
using PollIO.Pmd.Hugepages;

namespace PollIO.Apps.Latency;

/// <summary>
/// Measures how long packets take. Read <see cref="Run"/> from top to bottom, then follow the calls down: a search and its trials
/// (Searching), sender and receiver (Measuring), frames and pacing (Traffic, which pktgen shares).
/// </summary>
internal static class Program
{
    private const string Name = "latency";

    internal static int Main(string[] args) => AppMain.Run<Options>(Name, (out answer) => OptionParser.Parse(args, out answer), Run);

    private static int Run(Options options, StopSignal stop)
    {
        using JsonTarget? json = JsonTarget.Open(options.Json);
        using var screen = new Screen(onStandardError: options.JsonOnStandardOutput);
        if (options.Plot is not null)
        {
            PlotFile.Check(options.Plot);
        }

        // Threads started later run where the main thread may: keep them off the lcores' CPUs.
        IReadOnlyList<int> available = CpuSet.GetCurrent();
        IReadOnlyList<int> candidates = CorePlan.Candidates(options.Cores, available, keep: 1);
        CorePlan cores = CorePlan.Create(options.Cores.Count == 0 ? [candidates[0]] : candidates, options.Idle, available);
        CpuSet.ReserveForLCores(cores.Cpus);

        using var owned = new OwnedPool();
        using var ports = PortSet.Open(options.IsOnePort ? [options.Tx] : [options.Tx, options.Rx]);
        HugepageAllocator.UseFor(ports.Ports);
        var plan = new PoolPlan(Name, Queues: 1, options.Burst, options.Sizes.Max(), cores.Cpus.Count, Held: options.Burst);
        PacketPool pool = owned.Create(plan.For([.. ports.Ports.Select(port => port.Capabilities)]));
        (Port tx, Port rx) = (ports.Ports[0], ports.Ports[^1]);
        ports.Start(port => new PortConfig
        {
            Pool = pool,
            RxQueues = port == rx ? 1 : 0,
            TxQueues = port == tx ? 1 : 0,
            MaxBurst = options.Burst,
            Promiscuous = true,
        });
        TextSummary.Announce(screen.Begin(), options, cores);
        screen.Flush();

        ports.WaitForLinks(stop);
        var bench = new Bench(options, tx, rx, cores, pool, stop);
        Summary summary = Measure(options, bench, cores, screen);
        ports.Stop();
        return Report(summary, screen, json);
    }

    private static Summary Measure(Options options, Bench bench, CorePlan cores, Screen screen)
    {
        if (options.Warmup > TimeSpan.Zero)
        {
            bench.Run(options.Sizes[0], options.Rate, options.Warmup);
        }

        List<SizeResult> results = [];
        foreach (int size in options.Sizes)
        {
            if (bench.IsStopped)
            {
                break;
            }

            SizeResult result = SizeRun.Measure(options, bench, size, (trial, passed) =>
            {
                TextSummary.WriteTrial(screen.Begin(), trial, passed);
                screen.Flush();
            });
            results.Add(result);
            TextSummary.Write(screen.Begin(), result);
            screen.Flush();
        }

        return new Summary(options, cores, results);
    }

    private static int Report(Summary summary, Screen screen, JsonTarget? json)
    {
        if (summary.Options.Tolerance is not null)
        {
            TextSummary.WriteFound(screen.Begin(), summary);
            screen.Flush();
        }

        if (summary.Options.Plot is { } path)
        {
            PlotFile.Write(path, PercentilePlot.Draw(
                $"latency at {(summary.Options.Tolerance is null ? summary.Options.Rate.ToString() : "the rate found")}",
                [.. summary.Results.Select(result => ($"{result.Trial.Size} bytes", result.Trial.Latency))]));
        }

        json?.Write(JsonSummary.Create(summary));
        bool silent = summary.Results.Sum(result => result.Trial.Sent) != 0 && summary.Results.Sum(result => result.Trial.Received) == 0;
        return AppMain.End(Name, silent ? "no packet came back" : null);
    }
}
