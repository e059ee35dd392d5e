using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Embedded;
using PollIO.Apps.L2fwd.Reporting;
using PollIO.Apps.L2fwd.Setup;
using PollIO.Capture;

namespace PollIO.Apps.L2fwd;

/// <summary>
/// Forwards packets between ports. Read <see cref="Run"/> from top to bottom, then follow the calls down: ports and their pool
/// (Setup), lanes and what they do to packets (Forwarding), lcores (the engine's <see cref="LCore"/>).
/// </summary>
internal static class Program
{
    private const int Well = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private static readonly TimeSpan s_embeddedDuration = TimeSpan.FromSeconds(10);

    internal static int Main(string[] args)
    {
        // First of all: from here on a signal ends the run, not the process.
        using var stop = new StopSignal();
        try
        {
            if (OptionParser.Parse(args, out string answer) is { } options)
            {
                return Run(options, stop);
            }

            Console.WriteLine(answer);
            return Well;
        }
        catch (UsageException e)
        {
            return Refuse(e, WrongUsage);
        }
        catch (PollIOException e)
        {
            return Refuse(e, Failed);
        }
    }

    private static int Run(Options options, StopSignal stop)
    {
        if (options.IsEmbedded)
        {
            options = options with { Duration = options.Duration ?? s_embeddedDuration };
        }

        using JsonTarget? json = JsonTarget.Open(options.Json);
        using var screen = new Screen(onStandardError: options.JsonOnStandardOutput);

        // Threads started later run where the main thread may: keep them off the lcores' CPUs.
        CorePlan cores = CorePlan.Choose(options, CpuSet.GetCurrent());
        CpuSet.ReserveForLCores(cores.Cpus);

        using var owned = new OwnedPool();
        using var ports = PortSet.Open(options.IsEmbedded ? Generator.Specs(options) : options.Ports);
        using Generator? generator = options.IsEmbedded ? Generator.Open(options) : null;
        IReadOnlyList<Port> all = [.. ports.Ports, .. generator?.Ports ?? []];
        PacketPool pool = owned.Create(
            PoolPlan.For(options, [.. all.Select(port => port.Capabilities)], cores.Cpus.Count, generator?.Window ?? 0));

        ports.Start(options, pool);
        using PacketCapture? capture = options.Capture is null ? null : Capture(options.Capture, ports);
        TextSummary.Announce(screen.Begin(), options, cores);
        screen.Flush();
        using var workers = WorkerSet.Launch(options, ports.Ports, cores, pool);
        generator?.Start(options, cores, ports.Ports[0], pool);

        LCore[] others = generator is null ? [] : [generator.Core];
        var meter = new Meter(ports.Ports, workers.Workers, others);
        var monitor = new RunMonitor(options, stop, meter, [.. workers.Workers.Select(worker => worker.Core), .. others], ports.Ports);
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
        if (summary.Run.Fault is null)
        {
            return Well;
        }

        Complain(summary.Run.Fault);
        return Failed;
    }

    private static int Refuse(Exception e, int exitCode)
    {
        Complain(e.Message);
        return exitCode;
    }

    private static void Complain(string message)
    {
        using var screen = new Screen(onStandardError: true);
        screen.Begin().Text("l2fwd: "u8).Text(message.ReplaceLineEndings(" ")).Text("\n"u8);
        screen.Flush();
    }
}
