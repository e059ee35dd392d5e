namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>Writes packets as they are received; the clock is read once a burst.</summary>
internal sealed class StampedRxQueue(Port port, PacketPool pool) : RxQueue(port, 0)
{
    private PacketSource _source = new(pool, port, StampedFrame.Length);
    private long _sequence;

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        int count = _source.Take(packets);
        long now = Tsc.Read();
        foreach (Packet packet in packets[..count])
        {
            StampedFrame.Write(packet.Data, _sequence++, now);
        }

        return new Burst(count, (long)count * StampedFrame.Length);
    }
}
