using System.Diagnostics;
using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.Common.Reporting;

/// <summary>Reads the counters of ports, lanes and lcores, without allocating.</summary>
internal sealed class Meter
{
    private readonly PortMeter[] _ports;
    private readonly LCore[] _forwarders;
    private readonly LCore[] _others;

    /// <summary>Creates a meter.</summary>
    /// <param name="ports">The ports that forward, in order.</param>
    /// <param name="workers">Their lcores and lanes.</param>
    /// <param name="others">Lcores whose allocations count, but whose packets do not.</param>
    internal Meter(IReadOnlyList<Port> ports, IReadOnlyList<Worker> workers, IEnumerable<LCore> others)
    {
        Lane[] lanes = [.. workers.SelectMany(worker => worker.Lanes)];
        _ports = [.. ports.Select(port => new PortMeter([.. port.RxQueues], [.. port.TxQueues], [.. lanes.Where(lane => lane.Tx?.Port == port)]))];
        _forwarders = [.. workers.Select(worker => worker.Core)];
        _others = [.. others];
    }

    /// <summary>Whether every lcore has been round its loop at least once, so that its counters say something.</summary>
    internal bool HasBegun => Array.TrueForAll(_forwarders, HasPolled) && Array.TrueForAll(_others, HasPolled);

    internal Reading CreateReading() => new(_ports.Length);

    /// <summary>Reads everything into a reading of its own.</summary>
    internal Reading Read()
    {
        Reading reading = CreateReading();
        Read(reading);
        return reading;
    }

    /// <summary>Reads everything; each counter is a value it really had, and after the stop they agree exactly.</summary>
    internal void Read(Reading reading)
    {
        reading.Timestamp = Stopwatch.GetTimestamp();
        PortReading total = default;
        for (int i = 0; i < _ports.Length; i++)
        {
            reading.Ports[i] = _ports[i].Read();
            total += reading.Ports[i];
        }

        reading.Total = total;
        LCoreStatistics forwarding = default;
        long allocated = 0;
        foreach (LCore core in _forwarders)
        {
            LCoreStatistics statistics = core.Statistics;
            forwarding = new LCoreStatistics(
                forwarding.Polls + statistics.Polls,
                forwarding.Packets + statistics.Packets,
                forwarding.BusyCycles + statistics.BusyCycles,
                forwarding.IdleCycles + statistics.IdleCycles,
                forwarding.AllocatedBytes + statistics.AllocatedBytes);
        }

        foreach (LCore core in _others)
        {
            allocated += core.Statistics.AllocatedBytes;
        }

        reading.Forwarding = forwarding;
        reading.AllocatedBytes = allocated + forwarding.AllocatedBytes;
        reading.Collections = GC.CollectionCount(0);
    }

    private static bool HasPolled(LCore core) => core.Statistics.Polls != 0 || core.Completion.IsCompleted;

    private sealed record PortMeter(RxQueue[] Rx, TxQueue[] Tx, Lane[] Lanes)
    {
        internal PortReading Read()
        {
            PortReading sum = default;
            foreach (RxQueue queue in Rx)
            {
                (long packets, long bytes) = queue.Counters.Read();
                sum += new PortReading(packets, bytes, 0, 0, queue.Counters.ReadDrops(), 0);
            }

            foreach (TxQueue queue in Tx)
            {
                (long packets, long bytes) = queue.Counters.Read();
                sum += new PortReading(0, 0, packets, bytes, 0, queue.Counters.ReadDrops());
            }

            foreach (Lane lane in Lanes)
            {
                sum += new PortReading(0, 0, 0, 0, 0, lane.Dropped);
            }

            return sum;
        }
    }
}
