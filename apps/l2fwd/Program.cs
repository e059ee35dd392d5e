using PollIO.Apps.Common;
using PollIO.Apps.Common.Metrics;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Apps.L2fwd.Reporting;
using PollIO.Apps.L2fwd.Setup;
using PollIO.Capture;
using PollIO.Pmd.Hugepages;

namespace PollIO.Apps.L2fwd;

/// <summary>
/// Forwards packets between ports. Read <see cref="Run"/> from top to bottom, then follow the calls down: ports and their pool
/// (Setup), lanes and what they do to packets (Forwarding), lcores (the engine's <see cref="LCore"/>).
/// </summary>
internal static class Program
{
    private const string Name = "l2fwd";

    private static readonly TimeSpan s_embeddedDuration = TimeSpan.FromSeconds(10);

    internal static int Main(string[] args) => AppMain.Run<Options>(Name, (out answer) => OptionParser.Parse(args, out answer), Run);

    private static int Run(Options options, StopSignal stop)
    {
        if (options.IsEmbedded)
        {
            options = options with { Duration = options.Duration ?? s_embeddedDuration };
        }

        using JsonTarget? json = JsonTarget.Open(options.Json);
        using var screen = new Screen(onStandardError: options.JsonOnStandardOutput);

        // Threads started later run where the main thread may: keep them off the lcores' CPUs.
        CorePlan cores = CoreChoice.Choose(options, CpuSet.GetCurrent());
        CpuSet.ReserveForLCores(cores.Cpus);

        using MetricsServer? metrics = options.Metrics is null ? null : MetricsServer.Start(options.Metrics);
        using var owned = new OwnedPool();
        using EmbeddedSockets? sockets = options.IsEmbedded ? new EmbeddedSockets(Generator.WindowOf(options)) : null;
        using var ports = PortSet.Open(sockets?.Forwarder ?? options.Ports);
        using Generator? generator = sockets is null ? null : Generator.Open(options, sockets);
        IReadOnlyList<Port> all = [.. ports.Ports, .. generator?.Ports ?? []];
        HugepageAllocator.UseFor(all);
        int frame = options.IsEmbedded || options.Mode == ForwardingMode.TxOnly ? options.Size : 0;
        var plan = new PoolPlan(Name, options.Queues, options.Burst, frame, cores.Cpus.Count, generator?.Window ?? 0);
        PacketPool pool = owned.Create(plan.For([.. all.Select(port => port.Capabilities)]));

        ports.Start(port => PortConfigs.For(port.Capabilities, options, pool));
        using PacketCapture? capture = options.Capture is null ? null : Capture(options.Capture, ports);
        TextSummary.Announce(screen.Begin(), options, cores, metrics?.Address);
        screen.Flush();
        using var workers = ModeWorkers.Launch(options, ports.Ports, cores, pool);
        generator?.Start(options, cores, ports.Ports, pool);

        LCore[] others = generator is null ? [] : [generator.Core];
        using var lanes = new LaneMeters(ports.Ports, workers.Workers);
        var meter = new Meter(ports.Ports, workers.Workers, others);
        var monitor = new RunMonitor(
            options.Duration, options.Interval, stop, meter, [.. workers.Workers.Select(worker => worker.Core), .. others], ports.Ports);
        LiveDisplay? display = options.Interval == TimeSpan.Zero ? null : new LiveDisplay(screen, meter, ports.Ports.Select(port => port.Name));
        RunResult run = monitor.Run(display, generator is null ? null : generator.BeginPart);

        // In the order in which packets travel: nothing new comes in, what is under way comes out, then the ports are quiet.
        generator?.Drain();
        workers.Stop();
        ports.Stop();
        generator?.StopPorts();
        capture?.Dispose();

        run = run with { Fault = run.Fault ?? monitor.FindFault() ?? capture?.Error?.Message };
        return Report(new Summary(options, cores, ports.Ports, meter.Read(), run, generator?.CreateReport(run), capture), screen, json);
    }

    private static PacketCapture Capture(string path, PortSet ports)
    {
        var capture = PacketCapture.Create(path);
        try
        {
            ports.AttachTo(capture);
            return capture;
        }
        catch
        {
            capture.Dispose();
            throw;
        }
    }

    private static int Report(Summary summary, Screen screen, JsonTarget? json)
    {
        TextSummary.Write(screen.Begin(), summary);
        screen.Flush();
        json?.Write(JsonSummary.Create(summary));
        return AppMain.End(Name, summary.Run.Fault);
    }
}
