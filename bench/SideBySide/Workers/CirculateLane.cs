namespace PollIO.SideBySide.Workers;

/// <summary>Sends back what comes, and new packets when it is asked to.</summary>
internal sealed class CirculateLane(Port port, PacketPool pool, int burst, int frameSize)
{
    private readonly ForwardLane _lane = new(port.RxQueues[0], port.TxQueues[0], burst);
    private readonly TxQueue _tx = port.TxQueues[0];
    private readonly Packet[] _packets = new Packet[burst];
    private int _bursts;

    /// <summary>Asks for packets.</summary>
    internal void Inject(int bursts) => Interlocked.Add(ref _bursts, bursts);

    internal int Poll()
    {
        if (Volatile.Read(ref _bursts) > 0)
        {
            Interlocked.Decrement(ref _bursts);
            int made = pool.Allocate(_packets);
            foreach (Packet packet in _packets.AsSpan(0, made))
            {
                packet.TryAppend(frameSize, out Span<byte> frame);
                frame.Fill(2);
            }

            int sent = _tx.Transmit(_packets.AsSpan(0, made));
            PacketPool.Free(_packets.AsSpan(sent, made - sent));
        }

        return _lane.Forward();
    }
}
