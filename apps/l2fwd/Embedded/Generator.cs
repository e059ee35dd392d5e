using System.Diagnostics;
using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Forwarding;
using PollIO.Apps.L2fwd.Setup;

namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>
/// The other side of the embedded run: two ports of its own, joined by sockets to the forwarder's, and an lcore that sends into the
/// first and counts, checks and times what comes back.
/// </summary>
/// <remarks>
/// At most <see cref="Window"/> packets are under way at once. A generator without a bound would fill the rings, and every latency
/// would be that of a full ring.
/// </remarks>
internal sealed class Generator : IDisposable
{
    private const int MinWindow = 128;
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_linkTime = TimeSpan.FromSeconds(20);

    private readonly PortSet _ports;

    // One for each part of the run: what was counted before the measured part is left out, without stopping the lcore.
    private readonly LatencyHistogram[] _latencies = [.. Enumerable.Range(0, RunMonitor.Parts).Select(_ => new LatencyHistogram())];
    private GeneratorLane? _lane;
    private LCore? _core;

    private Generator(PortSet ports, int window)
    {
        _ports = ports;
        Window = window;
    }

    /// <summary>Packets under way at once, at most.</summary>
    internal int Window { get; }

    internal IReadOnlyList<Port> Ports => _ports.Ports;

    /// <summary>The lcore, once started.</summary>
    internal LCore Core => _core!;

    /// <summary>Opens the generator's ports.</summary>
    /// <exception cref="PollIOException">A port cannot be opened.</exception>
    internal static Generator Open(Options options, EmbeddedSockets sockets) => new(PortSet.Open(sockets.Generator), WindowOf(options));

    /// <summary>Packets under way at once, at most, with these options.</summary>
    internal static int WindowOf(Options options) => Math.Max(MinWindow, options.Burst * 4);

    /// <summary>Starts the ports and the lcore.</summary>
    /// <exception cref="PollIOException">A port or the lcore cannot be started.</exception>
    internal void Start(Options options, CorePlan cores, IReadOnlyList<Port> forwarders, PacketPool pool)
    {
        _ports.Start(port => PortConfigs.For(port.Capabilities, options, pool));
        WaitForLinks([.. forwarders, .. Ports]);
        Port forwarder = forwarders[0], first = Ports[0];

        // A ping is answered out of the port it came in on; everything else goes round.
        bool echo = options.Mode == ForwardingMode.IcmpEcho;
        Port last = Ports[echo ? 0 : 1];
        FrameTemplate template = echo
            ? FrameTemplate.Echo(forwarder.MacAddress, first.MacAddress, options.Size)
            : FrameTemplate.Udp(forwarder.MacAddress, first.MacAddress, options.Size);
        _lane = new GeneratorLane(last.RxQueues[0], first.TxQueues[0], pool, template, options.Burst, Window);
        var core = new LCoreOptions { Cpu = cores.Cpus[1], Name = "generator", Idle = cores.Idle };
        _core = LCore.Launch(core, new GeneratorProcessor(_lane));
    }

    /// <summary>Counts latencies apart from here on.</summary>
    internal void BeginPart(int part) => _lane!.Latency = _latencies[part];

    /// <summary>What the run has shown, from its measured part on.</summary>
    internal GeneratorReport CreateReport(RunResult run)
    {
        var latency = new LatencyHistogram();
        foreach (LatencyHistogram part in run.Part < 0 ? [_lane!.Latency] : _latencies.AsSpan(run.Part))
        {
            latency.Add(part);
        }

        return new GeneratorReport(_lane!.Counters, latency, Window);
    }

    /// <summary>Sends no more, waits until what is under way has come back, and ends the lcore.</summary>
    internal void Drain()
    {
        if (_lane is not null && _core is not null)
        {
            _lane.Finish();
            Task.WhenAny(_core.Completion, Task.Delay(s_drainTime)).Wait();
            _core.Dispose();
        }
    }

    internal void StopPorts() => _ports.Stop();

    public void Dispose()
    {
        _core?.Dispose();
        _ports.Dispose();
    }

    private static void WaitForLinks(IReadOnlyList<Port> ports)
    {
        long start = Stopwatch.GetTimestamp();
        while (ports.FirstOrDefault(port => !port.Link.IsUp) is { } down)
        {
            if (Stopwatch.GetElapsedTime(start) > s_linkTime)
            {
                throw new PollIOException("start generator", down.Name, $"the link did not come up within {s_linkTime.TotalSeconds} s");
            }

            Thread.Sleep(1);
        }
    }
}
