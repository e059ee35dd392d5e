namespace PollIO.Pmd.Null;

/// <summary>Fills every burst from the pool.</summary>
internal sealed class NullRxQueue(Port port, int index, PacketPool pool, int packetLength) : RxQueue(port, index)
{
    private readonly int _packetLength = packetLength;
    private PacketSource _source = new(pool, port, packetLength);

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        int count = _source.Take(packets);
        if (count != packets.Length)
        {
            Counters.Drop(DropCause.NoPacket, packets.Length - count);
        }

        return new Burst(count, (long)count * _packetLength);
    }
}
