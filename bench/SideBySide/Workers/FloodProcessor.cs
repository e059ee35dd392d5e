namespace PollIO.SideBySide.Workers;

/// <summary>Sends bursts of copies of one frame; what the port refuses is freed and sent again later.</summary>
internal readonly struct FloodProcessor(TxQueue tx, PacketPool pool, byte[] frame) : IPollProcessor
{
    private readonly TxQueue _tx = tx;
    private readonly PacketPool _pool = pool;
    private readonly byte[] _frame = frame;
    private readonly Packet[] _packets = new Packet[64];

    public bool IsCompleted => _tx.Fault is not null;

    public int Poll()
    {
        Span<Packet> packets = _packets;
        packets = packets[.._pool.Allocate(packets)];
        foreach (Packet packet in packets)
        {
            if (packet.TryAppend(_frame.Length, out Span<byte> data))
            {
                _frame.CopyTo(data);
            }
        }

        int sent = _tx.Transmit(packets);
        PacketPool.Free(packets[sent..]);
        return sent;
    }
}
