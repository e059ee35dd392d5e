namespace PollIO.Pmd.Null;

/// <summary>Fills every burst from the pool.</summary>
internal sealed class NullRxQueue(Port port, int index, PacketPool pool, int packetLength) : RxQueue(port, index)
{
    private readonly PacketPool _pool = pool;
    private readonly PacketTemplate _template = pool.CreateTemplate(port.Id, packetLength);
    private readonly int _packetLength = packetLength;

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        int count = _pool.Allocate(packets, in _template);
        if (count != packets.Length)
        {
            Counters.Drop(DropCause.NoPacket, packets.Length - count);
        }

        return new Burst(count, (long)count * _packetLength);
    }
}
