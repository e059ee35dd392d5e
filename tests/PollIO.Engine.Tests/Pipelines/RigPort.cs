using System.Collections.Concurrent;

namespace PollIO.Tests.Pipelines;

/// <summary>A port that receives the packets a test gives it and keeps what it is sent, in order.</summary>
internal sealed class RigPort(string name = "rig:") : Port(name, FakePort.DefaultCapabilities)
{
    internal RigRxQueue Rx => (RigRxQueue)RxQueues[0];

    internal RigTxQueue Tx => (RigTxQueue)TxQueues[0];

    public override MacAddress MacAddress => new(0x02_00_00_00_FB_00UL | Id);

    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config) => (
        [.. Enumerable.Range(0, config.RxQueues).Select(index => new RigRxQueue(this, index))],
        [.. Enumerable.Range(0, config.TxQueues).Select(index => new RigTxQueue(this, index))]);

    protected override void StartCore()
    {
    }

    protected override void StopCore()
    {
        foreach (RigRxQueue queue in RxQueues.Cast<RigRxQueue>())
        {
            queue.Clear();
        }

        foreach (RigTxQueue queue in TxQueues.Cast<RigTxQueue>())
        {
            queue.Clear();
        }
    }

    protected override void DisposeCore()
    {
    }
}

internal sealed class RigRxQueue(Port port, int index) : RxQueue(port, index)
{
    private readonly ConcurrentQueue<Packet> _arrived = new();

    internal int Waiting => _arrived.Count;

    internal void Arrive(Packet packet) => _arrived.Enqueue(packet);

    internal void End(PollIOException? error = null) => Complete(new QueueCompletion(error));

    internal void Clear()
    {
        while (_arrived.TryDequeue(out Packet packet))
        {
            packet.Free();
        }
    }

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        int count = 0;
        long bytes = 0;
        while (count < packets.Length && _arrived.TryDequeue(out Packet packet))
        {
            packets[count++] = packet;
            bytes += packet.Length;
        }

        return new Burst(count, bytes);
    }
}

internal sealed class RigTxQueue(Port port, int index) : TxQueue(port, index)
{
    private readonly ConcurrentQueue<(nint Address, byte[] Bytes)> _sent = new();

    /// <summary>Packets it still takes before the ring is full.</summary>
    internal int Room { get; set; } = int.MaxValue;

    internal IReadOnlyList<(nint Address, byte[] Bytes)> Sent => [.. _sent];

    internal void Break(PollIOException error) => Fail(error);

    internal void Clear() => _sent.Clear();

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        int count = Math.Min(packets.Length, Room);
        long bytes = 0;
        foreach (Packet packet in packets[..count])
        {
            byte[] copy = new byte[packet.Length];
            packet.CopyTo(copy);
            bytes += copy.Length;
            _sent.Enqueue((packet.DataAddress, copy));
        }

        PacketPool.Free(packets[..count]);
        Room -= Room == int.MaxValue ? 0 : count;
        return new Burst(count, bytes);
    }
}
