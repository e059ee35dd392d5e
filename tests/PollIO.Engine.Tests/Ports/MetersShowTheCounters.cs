using System.Diagnostics.Metrics;

namespace PollIO.Tests.Ports;

public sealed class MetersShowTheCounters
{
    [Fact]
    public void ListenerSeesEveryInstrumentWithPortQueueDirectionAndCause()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:metered").Started(pool);
        var burst = new Packet[8];
        port.Rx.Offer(8);
        Assert.Equal(8, port.Rx.Receive(burst));
        Assert.Equal(8, port.Tx.Transmit(burst));
        port.Rx.Counters.Drop(DropCause.Malformed, 3);
        port.Tx.Counters.Errors = 2;

        var seen = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PollIO")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Dictionary<string, object?> by = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if ((string?)by["pollio.port.name"] == port.Name)
            {
                string cause = by.TryGetValue("pollio.drop.cause", out object? name) ? $" {name}" : "";
                seen.Add($"{instrument.Name} {by["network.io.direction"]} {by["pollio.queue.index"]}{cause}", value);
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();

        Assert.Equal(
            new Dictionary<string, long>
            {
                ["pollio.port.packets receive 0"] = 8,
                ["pollio.port.packets transmit 0"] = 8,
                ["pollio.port.io receive 0"] = 8 * FakeRxQueue.PacketLength,
                ["pollio.port.io transmit 0"] = 8 * FakeRxQueue.PacketLength,
                ["pollio.port.errors receive 0"] = 0,
                ["pollio.port.errors transmit 0"] = 2,
                ["pollio.port.drops receive 0 Malformed"] = 3,
            },
            seen);
    }
}
