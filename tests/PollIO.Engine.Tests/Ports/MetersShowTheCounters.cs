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
            if (by.TryGetValue("pollio.port.name", out object? name) && (string?)name == port.Name && by.TryGetValue("pollio.queue.index", out object? queue))
            {
                Assert.Equal((int)port.Id, by["pollio.port.id"]);
                string cause = by.TryGetValue("pollio.drop.cause", out object? dropCause) ? $" {dropCause}" : "";
                seen.Add($"{instrument.Name} {by["network.io.direction"]} {queue}{cause}", value);
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
                ["pollio.port.copied receive 0"] = 0,
                ["pollio.port.copied transmit 0"] = 0,
                ["pollio.port.drops receive 0 Malformed"] = 3,
            },
            seen);
    }

    [Fact]
    public void PoolsAndLCoresShowFromTheirBeginningToTheirEnd()
    {
        PacketPool pool = Pools.Create(count: 256, name: "metered-pool");
        using FakePort port = new FakePort("fake:meters").Started(pool);
        Packet[] taken = pool.Take(10);
        var core = LCore.Launch(new LCoreOptions { Cpu = CpuSet.GetCurrent()[0], Name = "metered-core" }, new Idler());
        Assert.True(SpinWait.SpinUntil(() => core.Statistics.Polls > 0, TimeSpan.FromSeconds(30)), "the lcore does not poll");

        Dictionary<string, double> seen = Read("metered-pool", "metered-core");
        Assert.Equal((256, 10), (seen["pollio.pool.packets.limit"], seen["pollio.pool.packets.usage"]));
        Assert.True(seen["pollio.lcore.polls"] > 0 && seen["pollio.lcore.cycles idle"] > 0);
        Assert.Equal((0, 0, 0), (seen["pollio.lcore.packets"], seen["pollio.lcore.busy"], seen["pollio.lcore.cycles busy"]));

        PacketPool.Free(taken);
        core.Dispose();
        port.Dispose();
        pool.Dispose();
        Assert.Empty(Read("metered-pool", "metered-core"));
    }

    private static Dictionary<string, double> Read(params string[] names)
    {
        var seen = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "PollIO")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && tags[0].Value is string name && names.Contains(name))
            {
                seen.Add(instrument.Name + (tags[^1].Key == "pollio.lcore.state" ? " " + tags[^1].Value : ""), value);
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    private readonly struct Idler : IPollProcessor
    {
        public bool IsCompleted => false;

        public int Poll() => 0;
    }
}
