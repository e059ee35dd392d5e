using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PollIO.Pipelines;
using PollIO.Pmd;
using PollIO.Pmd.Hugepages;

namespace PollIO.Hosting;

/// <summary>Pools, ports, pipes and lcores of a host. Logs what begins and ends, and nothing of traffic.</summary>
internal sealed class PortHost : IHostedService, IDisposable
{
    private const string DefaultPool = "default";

    private readonly PollIOOptions _options;
    private readonly ILogger _log;
    private readonly Dictionary<string, PacketPool> _pools = [];
    private readonly Dictionary<string, Port> _ports = [];
    private readonly Dictionary<string, PacketPipe> _pipes = [];
    private readonly List<LCore> _cores = [];
    private readonly int[] _cpus;
    private bool _stopped;

    internal PortHost(PollIOOptions options, ILogger<PortHost> log)
    {
        _options = options;
        _log = log;
        try
        {
            // Before the host's first threads: those that start later run where the main thread may.
            _cpus = CpuOfPorts();
            if (options.ReserveCpus)
            {
                CpuSet.ReserveForLCores(_cpus.Distinct());
            }

            foreach ((string name, PortSettings settings) in options.Ports)
            {
                _ports.Add(name, PortFactory.Open(settings.Spec));
            }

            HugepageAllocator.UseFor(_ports.Values);
            foreach ((string name, PortSettings settings) in options.Ports)
            {
                Configure(name, settings);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach ((string name, Port port) in _ports)
        {
            port.Start();
            HostLog.PortStarted(_log, name, port.Name);
        }

        foreach (IGrouping<int, (int Cpu, string Name)> share in _options.Ports.Keys.Zip(_cpus, (name, cpu) => (cpu, name)).GroupBy(port => port.cpu))
        {
            PacketPipe[] pipes = [.. share.Select(port => _pipes[port.Name])];
            LCore core = LCore.Launch(
                new LCoreOptions { Cpu = share.Key, Name = $"pollio-{share.Key}", Idle = _options.Ports[share.First().Name].Idle },
                new PipeProcessor(pipes));
            _cores.Add(core);
            Array.ForEach(pipes, pipe => pipe.PolledBy(core));
            HostLog.CoreLaunched(_log, share.Key, string.Join(", ", share.Select(port => port.Name)));
            _ = WatchAsync(core);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return Task.CompletedTask;
        }

        _stopped = true;
        _cores.ForEach(core => core.Dispose());
        foreach ((string name, PacketPipe pipe) in _pipes)
        {
            pipe.Stop();
            _ports[name].Stop();
            PacketPipeStatistics statistics = pipe.Statistics;
            HostLog.PortStopped(_log, name, statistics.Received, statistics.Dropped, statistics.Written);
        }

        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _cores.ForEach(core => core.Dispose());
        foreach (IDisposable owned in _pipes.Values.Concat<IDisposable>(_ports.Values).Concat(_pools.Values))
        {
            owned.Dispose();
        }
    }

    internal Port Port(string name) => _ports[name];

    internal PacketPipe Pipe(string name) => _pipes[name];

    private void Configure(string name, PortSettings settings)
    {
        Port port = _ports[name];
        PortCapabilities can = port.Capabilities;
        port.Configure(new PortConfig
        {
            Pool = PoolOf(name, settings),
            RxQueues = Math.Min(settings.Queues, can.MaxRxQueues),
            TxQueues = Math.Min(settings.Queues, can.MaxTxQueues),
            Promiscuous = settings.Promiscuous,
            RxOffloads = can.RxOffloads & (RxOffloads.Scatter | RxOffloads.Timestamp),
        });
        _pipes.Add(name, port.AsDuplexPipe(settings.Pipe.ToOptions()));
    }

    private PacketPool PoolOf(string port, PortSettings settings)
    {
        if (_pools.TryGetValue(settings.Pool, out PacketPool? pool))
        {
            return pool;
        }

        if (!_options.Pools.TryGetValue(settings.Pool, out PoolSettings? shape))
        {
            shape = settings.Pool == DefaultPool
                ? new PoolSettings()
                : throw new PollIOException("open port", port, $"the configuration has no pool '{settings.Pool}'", remedy: $"add PollIO:Pools:{settings.Pool}");
        }

        pool = new PacketPool(shape.ToOptions(settings.Pool));
        _pools.Add(settings.Pool, pool);
        return pool;
    }

    private int[] CpuOfPorts()
    {
        IReadOnlyList<int> available = CpuSet.GetCurrent();
        int fallback = available[available.Count > 1 ? 1 : 0];
        return [.. _options.Ports.Values.Select(port => port.Cpu ?? fallback)];
    }

    private async Task WatchAsync(LCore core)
    {
        try
        {
            await core.Completion.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            HostLog.CoreFailed(_log, core.Cpu, e);
        }
    }
}
