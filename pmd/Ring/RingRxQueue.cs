namespace PollIO.Pmd.Ring;

/// <summary>Takes from the ring the other end fills.</summary>
internal sealed class RingRxQueue(Port port, int index, SpscRing<Packet> ring) : RxQueue(port, index)
{
    private readonly SpscRing<Packet> _ring = ring;
    private readonly ushort _portId = port.Id;

    /// <inheritdoc/>
    public override RingLevel? RingLevel => new(_ring.Count, _ring.Capacity);

    /// <summary>Frees what is on the wire; the gate is closed.</summary>
    internal void Drain()
    {
        Span<Packet> packets = stackalloc Packet[64];
        for (int count = _ring.DequeueBurst(packets); count != 0; count = _ring.DequeueBurst(packets))
        {
            PacketPool.Free(packets[..count]);
            Counters.Drop(DropCause.Stopped, count);
        }
    }

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        int count = _ring.DequeueBurst(packets);
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            ref PacketMetadata metadata = ref packets[i].Metadata;
            metadata.Port = _portId;
            bytes += metadata.PacketLength;
        }

        return new Burst(count, bytes);
    }
}
