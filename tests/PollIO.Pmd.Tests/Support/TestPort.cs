using System.Diagnostics;

namespace PollIO.Pmd.Tests.Support;

/// <summary>A port with a pool of its own, driven by the test's own thread.</summary>
internal sealed class TestPort : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Packet[] _burst = new Packet[64];

    /// <summary>Opens, configures and, unless told otherwise, starts a port.</summary>
    internal TestPort(string spec, RxOffloads offloads = RxOffloads.None, int dataRoom = 2048, int packets = 8192, bool start = true, int queues = 1)
    {
        Pool = new PacketPool(new PacketPoolOptions { Count = packets, DataRoom = dataRoom });
        try
        {
            Port = PortFactory.Open(spec);
            Port.Configure(new PortConfig { Pool = Pool, RxOffloads = offloads, RxQueues = queues, TxQueues = queues });
            if (start)
            {
                Port.Start();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal Port Port { get; } = null!;

    internal PacketPool Pool { get; }

    internal RxQueue Rx => Port.RxQueues[0];

    internal TxQueue Tx => Port.TxQueues[0];

    internal QueueStatistics Received => Port.GetStatistics().Rx;

    internal QueueStatistics Sent => Port.GetStatistics().Tx;

    internal long Extended(string name) => Port.GetStatistics().Extended.Single(counter => counter.Key == name).Value;

    /// <summary>Makes a packet of <paramref name="data"/>, in segments of at most <paramref name="segment"/> bytes.</summary>
    internal Packet Make(ReadOnlySpan<byte> data, int segment = int.MaxValue) => PacketMaker.Make(Pool, data, segment);

    /// <summary>Sends packets; see <see cref="SendThrough"/>.</summary>
    internal void Send(params Packet[] packets) => SendThrough(Tx, packets);

    /// <summary>
    /// Sends packets, all of which must be taken, if not at once: a queue is closed for a moment while what another test allocates
    /// becomes reachable for its device.
    /// </summary>
    internal static void SendThrough(TxQueue queue, params Packet[] packets)
    {
        int sent = 0;
        long start = Stopwatch.GetTimestamp();
        while ((sent += queue.Transmit(packets.AsSpan(sent))) < packets.Length)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, $"{sent} of {packets.Length} packets were taken");
            Thread.Yield();
        }
    }

    /// <summary>Takes packets until there are <paramref name="count"/>; the caller frees them.</summary>
    internal List<Packet> Receive(int count) => [.. ReceiveFromAll(count).Select(received => received.Packet)];

    /// <summary>The same, and tells from which queue each came.</summary>
    internal List<(int Queue, Packet Packet)> ReceiveFromAll(int count)
    {
        var received = new List<(int, Packet)>();
        long start = Stopwatch.GetTimestamp();
        while (received.Count < count)
        {
            foreach (RxQueue queue in Port.RxQueues)
            {
                int taken = queue.Receive(_burst.AsSpan(0, Math.Min(_burst.Length, count - received.Count)));
                received.AddRange(_burst[..taken].Select(packet => (queue.Index, packet)));
            }

            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, $"{received.Count} of {count} packets came; {Describe()}");
            Thread.Yield();
        }

        return received;
    }

    /// <summary>Takes one packet, frees it and returns its bytes.</summary>
    internal byte[] ReceiveBytes() => PacketMaker.TakeBytes(Receive(1)[0]);

    /// <summary>Frees whatever comes until <paramref name="done"/> holds.</summary>
    internal void DrainUntil(Func<bool> done)
    {
        long start = Stopwatch.GetTimestamp();
        while (!done())
        {
            PacketPool.Free(_burst.AsSpan(0, Rx.Receive(_burst)));
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, "what was waited for did not happen");
            Thread.Yield();
        }
    }

    /// <summary>Counters that are not zero, for messages.</summary>
    internal string Describe()
    {
        PortStatistics statistics = Port.GetStatistics();
        return string.Join(", ", statistics.Extended.Where(counter => counter.Value != 0).Select(counter => $"{counter.Key} {counter.Value}")
            .Concat(Enum.GetValues<DropCause>().Where(cause => statistics.Rx.DropsBy(cause) != 0).Select(cause => $"dropped {cause}"))
            .Concat(Enum.GetValues<DropCause>().Where(cause => statistics.Tx.DropsBy(cause) != 0).Select(cause => $"not sent {cause}"))
            .Prepend($"received {statistics.Rx.Packets}, sent {statistics.Tx.Packets}"));
    }

    public void Dispose()
    {
        Port?.Dispose();
        Pool.Dispose();
    }
}
