using System.Diagnostics.Metrics;
using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.Common.Metrics;

/// <summary>What the app itself drops, for which no port is to blame, as an instrument of the meter "PollIO.Apps".</summary>
internal sealed class LaneMeters : IDisposable
{
    private readonly Meter _meter = new("PollIO.Apps");

    internal LaneMeters(IReadOnlyList<Port> ports, IReadOnlyList<Worker> workers)
    {
        Lane[] lanes = [.. workers.SelectMany(worker => worker.Lanes)];
        _meter.CreateObservableCounter(
            "pollio.app.drops",
            () => ports.Select(port => new Measurement<long>(
                lanes.Where(lane => lane.Tx?.Port == port).Sum(lane => lane.Dropped),
                new("pollio.port.name", port.Name),
                new("pollio.port.id", (int)port.Id))),
            "{packet}",
            "Packets received and not sent: the port's ring was full, or the app had no use for them");
    }

    public void Dispose() => _meter.Dispose();
}
