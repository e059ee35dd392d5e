namespace PollIO.Pmd.Ring;

/// <summary>Fills the ring the other end takes from.</summary>
internal sealed class RingTxQueue(Port port, int index, SpscRing<Packet> ring) : TxQueue(port, index)
{
    private readonly SpscRing<Packet> _ring = ring;

    /// <inheritdoc/>
    public override RingLevel? RingLevel => new(_ring.Count, _ring.Capacity);

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        // Lengths are read before the ring publishes the packets: after that they are the other end's.
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.Length;
        }

        int count = _ring.EnqueueBurst(packets);
        if (count == packets.Length)
        {
            return new Burst(count, bytes);
        }

        foreach (Packet packet in packets[count..])
        {
            bytes -= packet.Length;
        }

        return new Burst(count, bytes);
    }
}
