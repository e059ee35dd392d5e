using System.Diagnostics;
using System.Runtime;
using PollIO.Pmd;

namespace PollIO.SideBySide.Workers;

/// <summary>Open NICs with an lcore that polls them; disposed, the NICs are somebody else's to open.</summary>
internal sealed class NicSession : IDisposable
{
    private const int FrameSize = 64;
    private const int RingSize = 512;

    private static readonly TimeSpan s_linkTime = TimeSpan.FromSeconds(20);

    private readonly Port[] _ports;
    private readonly NicLane[] _lanes = [];
    private readonly LCore? _lcore;

    /// <summary>Opens ports, waits for their links and starts polling.</summary>
    internal NicSession(NicMode mode, IReadOnlyList<string> specs, PacketPool pool, int burst, int cpu)
    {
        _ports = [.. specs.Select(PortFactory.Open)];
        try
        {
            foreach (Port port in _ports)
            {
                // QEMU's virtio-net has 256 descriptors for transmission.
                int txRingSize = Math.Min(RingSize, port.Capabilities.DefaultTxRingSize);
                port.Configure(new PortConfig { Pool = pool, MaxBurst = burst, Promiscuous = true, RxRingSize = RingSize, TxRingSize = txRingSize });
                port.Start();
            }

            WaitForLinks();
            byte[] frame = FloodWorker.BuildFrame(FrameSize);
            var options = new LCoreOptions { Cpu = cpu };
            switch (mode)
            {
                case NicMode.Io:
                    _lanes = [Lane(_ports[0].RxQueues[0], _ports[1].TxQueues[0]), Lane(_ports[1].RxQueues[0], _ports[0].TxQueues[0])];
                    _lcore = LCore.Launch(options, new NicForwardProcessor(_lanes[0], _lanes[1]));
                    break;
                case NicMode.TxOnly:
                    _lanes = [Lane(null, _ports[0].TxQueues[0])];
                    _lcore = LCore.Launch(options, new NicTransmitProcessor(_lanes[0]));
                    break;
                default:
                    _lanes = [Lane(_ports[0].RxQueues[0], null)];
                    _lcore = LCore.Launch(options, new NicReceiveProcessor(_lanes[0]));
                    break;
            }

            NicLane Lane(RxQueue? rx, TxQueue? tx) => new(rx, tx, pool, _ports[0], frame, burst);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Has every lane send bursts of its own, to be forwarded ever after.</summary>
    internal void Inject(int bursts) => Array.ForEach(_lanes, lane => lane.Inject(bursts));

    internal NicCounters Read() => new(
        Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
        _ports.Sum(port => port.RxQueues[0].Counters.Read().Packets),
        _ports.Sum(port => port.TxQueues[0].Counters.Read().Packets),
        _lcore!.Statistics.BusyCycles,
        _lanes.Sum(lane => lane.Dropped),
        _lcore.Statistics.AllocatedBytes,
        GC.CollectionCount(0),
        JitInfo.GetCompiledMethodCount());

    public void Dispose()
    {
        _lcore?.Dispose();
        Array.ForEach(_lanes, lane => lane.Release());
        Array.ForEach(_ports, port => port.Dispose());
    }

    private void WaitForLinks()
    {
        foreach (Port port in _ports)
        {
            if (!SpinWait.SpinUntil(() => port.Link.IsUp, s_linkTime))
            {
                throw new PollIOException("poll", port.Name, $"the link did not come up within {s_linkTime.TotalSeconds} s");
            }
        }
    }
}
