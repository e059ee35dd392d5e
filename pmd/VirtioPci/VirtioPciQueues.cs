using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VirtioPci;

/// <summary>A port's queues and the rings behind them, for one configuration. A pair has both rings, whether or not both are used.</summary>
internal sealed class VirtioPciQueues : IDisposable
{
    /// <summary>Smallest ring: a packet of the most segments fits twice, where the device has no indirect descriptors.</summary>
    internal const int MinRingSize = 2 * DriverRingMemory.TableLength;

    /// <summary>The control ring, in descriptors.</summary>
    internal const int ControlRingSize = 16;

    private readonly RingArea _area;
    private readonly List<EventDescriptor> _interrupts = [];
    private readonly HashSet<DriverRing> _reported = [];
    private DriverRxRing[] _rxRings = [];
    private DriverTxRing[] _txRings = [];

    /// <summary>Makes queues and the memory of their rings.</summary>
    /// <exception cref="PollIOException">Memory or descriptors cannot be had; nothing is left behind.</exception>
    internal VirtioPciQueues(Port port, PciDevice device, PortConfig config, bool interrupts)
    {
        Pairs = Math.Max(config.RxQueues, config.TxQueues);
        _area = new RingArea(
            port.Name, device, [.. Enumerable.Range(0, Pairs).SelectMany(_ => new[] { config.RxRingSize, config.TxRingSize }), ControlRingSize]);
        try
        {
            for (int i = 0; interrupts && i < config.RxQueues; i++)
            {
                _interrupts.Add(new EventDescriptor(port.Name));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Rx = [.. Enumerable.Range(0, config.RxQueues).Select(index => new DriverRxQueue(port, index, interrupts ? _interrupts[index] : null))];
        Tx = [.. Enumerable.Range(0, config.TxQueues).Select(index => new DriverTxQueue(port, index))];
    }

    internal IReadOnlyList<DriverRxQueue> Rx { get; }

    internal IReadOnlyList<DriverTxQueue> Tx { get; }

    /// <summary>Queue pairs.</summary>
    internal int Pairs { get; }

    /// <summary>What is signalled for each receive queue; empty without interrupts.</summary>
    internal IReadOnlyList<EventDescriptor> Interrupts => _interrupts;

    /// <summary>The memory of the control ring.</summary>
    internal DriverRingMemory ControlMemory => _area.Rings[^1];

    /// <summary>Whether the device has sent everything it was given.</summary>
    internal bool IsDrained => _txRings.All(ring => ring.IsDrained());

    /// <summary>Makes rings and shows them to a device that is not going yet. The queues do not use them yet.</summary>
    /// <param name="transport">The device.</param>
    /// <param name="features">What was negotiated.</param>
    /// <param name="config">The configuration in force.</param>
    /// <param name="maxFrame">Longest frame that may be sent in one piece.</param>
    /// <param name="vectorOf">The vector of a receive queue.</param>
    internal void CreateRings(VirtioPciTransport transport, ulong features, PortConfig config, int maxFrame, Func<int, ushort> vectorOf)
    {
        bool packed = (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;
        var notifiers = new QueueNotifier[2 * Pairs];
        for (int i = 0; i < notifiers.Length; i++)
        {
            DriverRingMemory memory = _area.Rings[i];
            memory.Clear();
            bool interrupts = i % 2 == 0 && i / 2 < _interrupts.Count;
            notifiers[i] = transport.SetUp(i, in memory, packed, interrupts ? vectorOf(i / 2) : VirtioPciSpec.VIRTIO_MSI_NO_VECTOR);
        }

        bool scatter = config.RxOffloads.HasFlag(RxOffloads.Scatter);
        _rxRings = [.. Rx.Select(queue =>
        {
            var options = new DriverRxOptions(config.Pool, queue, features, scatter);
            return DriverRings.CreateRx(_area.Rings[2 * queue.Index], in options, notifiers[2 * queue.Index]);
        })];
        _txRings = [.. Tx.Select(queue =>
        {
            queue.SendsPartialChecksums = (features & VirtioSpec.VIRTIO_NET_F_CSUM) != 0;
            queue.SendsLargeSegments = config.TxOffloads.HasFlag(TxOffloads.TcpSegmentation);
            queue.MaxFrame = maxFrame;
            DriverTxRing ring = DriverRings.CreateTx(_area.Rings[(2 * queue.Index) + 1], features, notifiers[(2 * queue.Index) + 1]);
            ring.MaxPlainLength = (uint)maxFrame;
            return ring;
        })];
    }

    /// <summary>Gives the queues their rings, the receiving ones full of empty packets. The device is going.</summary>
    internal void AttachRings()
    {
        foreach (DriverRxQueue queue in Rx)
        {
            _interrupts.ElementAtOrDefault(queue.Index)?.Take();
            _rxRings[queue.Index].Refill();
            queue.Ring = _rxRings[queue.Index];
        }

        foreach (DriverTxQueue queue in Tx)
        {
            queue.Ring = _txRings[queue.Index];
        }
    }

    /// <summary>Takes the rings away and frees what was in flight; what was to be sent counts as lost. The device reaches them no more.</summary>
    internal void ReleaseRings()
    {
        foreach (DriverRxQueue queue in Rx)
        {
            queue.Ring = null;
        }

        foreach (DriverTxQueue queue in Tx)
        {
            queue.Ring = null;
        }

        Array.ForEach(_rxRings, ring => ring.Release());
        for (int i = 0; i < _txRings.Length; i++)
        {
            Tx[i].CountLost(_txRings[i].ReleaseUnsent(), DropCause.Stopped);
        }

        (_rxRings, _txRings) = ([], []);
        _reported.Clear();
    }

    /// <summary>What transmit queues may name to the device.</summary>
    internal void SetReach(ReachTable reach)
    {
        foreach (DriverTxQueue queue in Tx)
        {
            queue.Reach = reach;
        }
    }

    /// <summary>Nothing comes and nothing goes any more.</summary>
    internal void End(PollIOException error)
    {
        foreach (DriverRxQueue queue in Rx)
        {
            queue.End(error);
        }

        foreach (DriverTxQueue queue in Tx)
        {
            queue.End(error);
        }
    }

    /// <summary>Counts the violations rings have stopped for since the last call, and ends their queues.</summary>
    internal void ReportViolations(string name, RingCounters counters)
    {
        for (int i = 0; i < _rxRings.Length; i++)
        {
            if (IsNews(_rxRings[i], counters))
            {
                Rx[i].End(Failure("receive", name));
            }
        }

        for (int i = 0; i < _txRings.Length; i++)
        {
            if (IsNews(_txRings[i], counters))
            {
                Tx[i].End(Failure("transmit", name));
            }
        }
    }

    public void Dispose()
    {
        _interrupts.ForEach(interrupt => interrupt.Dispose());
        _area.Dispose();
    }

    private bool IsNews(DriverRing ring, RingCounters counters)
    {
        if (ring.Violation == RingViolation.None || !_reported.Add(ring))
        {
            return false;
        }

        counters.Add(ring.Violation);
        return true;
    }

    private static PollIOException Failure(string operation, string name) =>
        new(operation, name, "the device broke the rules of its ring; the queue has stopped");
}
