using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Mode <c>rxonly</c>: receives a burst and frees it.</summary>
internal sealed class ReceiveLane(RxQueue rx, int burst) : Lane(rx, tx: null)
{
    private readonly RxQueue _rx = rx;
    private readonly BurstBuffer _buffer = new(burst);

    /// <summary>Takes one burst off the port.</summary>
    /// <returns>Packets received.</returns>
    internal int Receive()
    {
        Span<Packet> packets = _buffer.Packets;
        int received = _rx.Receive(packets);
        PacketPool.Free(packets[..received]);
        return received;
    }
}
