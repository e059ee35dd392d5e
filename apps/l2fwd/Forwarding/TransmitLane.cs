using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Mode <c>txonly</c>: makes packets and sends them. What a full ring refuses is offered again, so nothing is dropped.</summary>
internal sealed class TransmitLane(TxQueue tx, PacketPool pool, FrameTemplate template, int burst) : Lane(rx: null, tx)
{
    private readonly TxQueue _tx = tx;
    private readonly PacketPool _pool = pool;
    private readonly FrameTemplate _template = template;
    private readonly BurstBuffer _buffer = new(burst);
    private int _sent;
    private int _made;

    /// <summary>Sends one burst, or what is left of the last.</summary>
    /// <returns>Packets the port took.</returns>
    internal int Transmit()
    {
        Span<Packet> packets = _buffer.Packets;
        if (_sent == _made)
        {
            _made = _pool.Allocate(packets);
            _sent = 0;
            foreach (Packet packet in packets[.._made])
            {
                _template.Write(packet);
            }
        }

        int taken = _tx.Transmit(packets[_sent.._made]);
        _sent += taken;
        return taken;
    }

    internal override void Release()
    {
        PacketPool.Free(_buffer.Packets[_sent.._made]);
        _sent = _made;
    }
}
