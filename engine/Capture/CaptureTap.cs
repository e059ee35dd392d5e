namespace PollIO.Capture;

/// <summary>
/// Copies what passes one port's queues and hands the copies to a <see cref="PacketCapture"/>. Each queue has a ring of its own, so
/// that its lcore is the only one to fill it; a copy for which there is no packet or no room is dropped and counted. Queues that the
/// port gets by a later configuration are not captured.
/// </summary>
internal sealed class CaptureTap : IPacketTap
{
    private readonly PacketPool _pool;
    private readonly QueueTap[] _rx;
    private readonly QueueTap[] _tx;

    internal CaptureTap(Port port, int interfaceId, PacketPool pool, PacketCaptureOptions options)
    {
        Port = port;
        InterfaceId = interfaceId;
        _pool = pool;
        _rx = [.. port.RxQueues.Select(_ => new QueueTap(interfaceId, PacketDirection.Inbound, options.RingSize, options.Filter))];
        _tx = [.. port.TxQueues.Select(_ => new QueueTap(interfaceId, PacketDirection.Outbound, options.RingSize, options.Filter))];
        Queues = [.. _rx, .. _tx];
    }

    internal Port Port { get; }

    internal int InterfaceId { get; }

    internal QueueTap[] Queues { get; }

    /// <summary>The port shows nothing more; what is on its way is still to be written.</summary>
    internal volatile bool IsLeaving;

    /// <summary>All is written, the counters too.</summary>
    internal volatile bool HasLeft;

    internal long Seen => Queues.Sum(queue => queue.Seen);

    internal long Filtered => Queues.Sum(queue => queue.Filtered);

    internal long Dropped => Queues.Sum(queue => queue.Dropped);

    public void Received(RxQueue queue, ReadOnlySpan<Packet> packets)
    {
        if (queue.Index < _rx.Length)
        {
            QueueTap tap = _rx[queue.Index];
            tap.Copy(packets, _pool);
            tap.Publish(packets.Length);
        }
    }

    // The port may free or change packets before Transmit returns, and may take only some of them: all are copied before, and
    // the copies of those it took are handed on after.
    public void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
    {
        if (queue.Index < _tx.Length)
        {
            _tx[queue.Index].Copy(packets, _pool);
        }
    }

    public void Transmitted(TxQueue queue, int count)
    {
        if (queue.Index < _tx.Length)
        {
            _tx[queue.Index].Publish(count);
        }
    }
}
