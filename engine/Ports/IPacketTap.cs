namespace PollIO;

/// <summary>
/// Sees every packet that passes a queue, from the queue's own lcore; what it wants to keep it copies. Attached and taken away
/// while the port runs (<see cref="Port.AttachTap"/>); a queue without one pays a compare a burst.
/// </summary>
public interface IPacketTap
{
    /// <summary>Packets were received and are about to go to the application.</summary>
    void Received(RxQueue queue, ReadOnlySpan<Packet> packets);

    /// <summary>Packets are offered to the port, which may consume them before it returns.</summary>
    void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets);

    /// <summary>The port consumed the first <paramref name="count"/> packets of the last <see cref="Transmitting"/>.</summary>
    void Transmitted(TxQueue queue, int count);
}
