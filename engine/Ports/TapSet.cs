namespace PollIO;

/// <summary>Several taps on one port, shown every packet one after the other.</summary>
internal sealed class TapSet(IPacketTap[] taps) : IPacketTap
{
    public void Received(RxQueue queue, ReadOnlySpan<Packet> packets)
    {
        foreach (IPacketTap tap in taps)
        {
            tap.Received(queue, packets);
        }
    }

    public void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
    {
        foreach (IPacketTap tap in taps)
        {
            tap.Transmitting(queue, packets);
        }
    }

    public void Transmitted(TxQueue queue, int count)
    {
        foreach (IPacketTap tap in taps)
        {
            tap.Transmitted(queue, count);
        }
    }
}
