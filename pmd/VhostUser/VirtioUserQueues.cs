using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VhostUser;

/// <summary>A port's queues and the rings behind them, for one configuration.</summary>
internal sealed class VirtioUserQueues : IDisposable
{
    private readonly List<FrontendRing> _rings = [];
    private readonly List<EventWatch> _wakeUps = [];
    private readonly HashSet<DriverRing> _reported = [];
    private DriverRxRing[] _rxRings = [];
    private DriverTxRing[] _txRings = [];

    /// <summary>Makes queues and the memory of their rings; a pair has both rings, whether or not both are used.</summary>
    /// <exception cref="PollIOException">Memory or descriptors cannot be had; nothing is left behind.</exception>
    internal VirtioUserQueues(Port port, PortConfig config)
    {
        try
        {
            for (int pair = 0; pair < Math.Max(config.RxQueues, config.TxQueues); pair++)
            {
                _rings.Add(new FrontendRing(port, 2 * pair, config.RxRingSize, config.Pool));
                _rings.Add(new FrontendRing(port, (2 * pair) + 1, config.TxRingSize, config.Pool));
            }

            for (int index = 0; index < config.RxQueues; index++)
            {
                _wakeUps.Add(new EventWatch(port.Name, _rings[2 * index].Call.Number));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Rx = [.. Enumerable.Range(0, config.RxQueues).Select(index => new DriverRxQueue(port, index, _wakeUps[index]))];
        Tx = [.. Enumerable.Range(0, config.TxQueues).Select(index => new DriverTxQueue(port, index))];
    }

    internal IReadOnlyList<DriverRxQueue> Rx { get; }

    internal IReadOnlyList<DriverTxQueue> Tx { get; }

    /// <summary>Receive and transmit ring of each pair in turn.</summary>
    internal IReadOnlyList<FrontendRing> Rings => _rings;

    /// <summary>Whether a ring stopped for what the device did.</summary>
    internal bool HasStopped => _reported.Count != 0;

    private IEnumerable<DriverRing> Running => _rxRings.Concat<DriverRing>(_txRings);

    public void Dispose()
    {
        ReleaseRings();
        _wakeUps.ForEach(wakeUp => wakeUp.Dispose());
        _wakeUps.Clear();
        _rings.ForEach(ring => ring.Dispose());
        _rings.Clear();
    }

    /// <summary>Makes rings in the layout negotiated, the receiving ones full of empty packets. The queues do not use them yet.</summary>
    internal void CreateRings(ulong features, PortConfig config)
    {
        bool scatter = config.RxOffloads.HasFlag(RxOffloads.Scatter);
        _rings.ForEach(ring => ring.Memory.Clear());
        _rxRings = [.. Rx.Select(queue =>
        {
            FrontendRing ring = _rings[2 * queue.Index];
            var options = new DriverRxOptions(config.Pool, queue, features, scatter);
            return DriverRings.CreateRx(ring.Memory, in options, new EventNotifier(ring.Kick.Number));
        })];
        _txRings = [.. Tx.Select(queue =>
        {
            FrontendRing ring = _rings[(2 * queue.Index) + 1];
            queue.SendsPartialChecksums = (features & VirtioSpec.VIRTIO_NET_F_CSUM) != 0;
            return DriverRings.CreateTx(ring.Memory, features, new EventNotifier(ring.Kick.Number));
        })];
        Array.ForEach(_rxRings, ring => ring.Refill());
    }

    /// <summary>Gives the queues their rings.</summary>
    internal void AttachRings()
    {
        foreach (DriverRxQueue queue in Rx)
        {
            queue.Ring = _rxRings[queue.Index];

            // A device of before may have left it full. An lcore that went to sleep without a ring has armed nothing and would sleep on.
            _rings[2 * queue.Index].Call.Empty();
            _wakeUps[queue.Index].Signal();
        }

        foreach (DriverTxQueue queue in Tx)
        {
            queue.Ring = _txRings[queue.Index];
        }
    }

    /// <summary>Takes the rings away and frees what was in flight; what was to be sent counts as lost.</summary>
    internal void ReleaseRings()
    {
        foreach (DriverRxQueue queue in Rx ?? [])
        {
            queue.Ring = null;
        }

        foreach (DriverTxQueue queue in Tx ?? [])
        {
            queue.Ring = null;
            queue.Reach = ReachTable.None;
        }

        Array.ForEach(_rxRings, ring => ring.Release());
        for (int i = 0; i < _txRings.Length; i++)
        {
            Tx![i].CountLost(_txRings[i].ReleaseUnsent(), DropCause.Stopped);
        }

        (_rxRings, _txRings) = ([], []);
        _reported.Clear();
    }

    internal void SetReach(ReachTable reach)
    {
        foreach (DriverTxQueue queue in Tx)
        {
            queue.Reach = reach;
        }
    }

    /// <summary>Counts the violations rings have stopped for since the last call.</summary>
    internal void Report(RingCounters counters)
    {
        foreach (DriverRing ring in Running)
        {
            if (ring.Violation != RingViolation.None && _reported.Add(ring))
            {
                counters.Add(ring.Violation);
            }
        }
    }
}
