using System.Runtime.CompilerServices;

namespace PollIO.SideBySide.Workers;

/// <summary>One direction of a forwarder.</summary>
internal sealed class ForwardLane(RxQueue rx, TxQueue? tx, int burst)
{
    private readonly RxQueue _rx = rx;
    private readonly TxQueue? _tx = tx;
    private readonly Packet[] _packets = new Packet[burst];
    private long _dropped;

    /// <summary>Packets the TX port refused.</summary>
    internal long Dropped => Volatile.Read(ref _dropped);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Forward()
    {
        int received = _rx.Receive(_packets);
        if (received != 0)
        {
            int sent = _tx!.Transmit(_packets.AsSpan(0, received));
            if (sent != received)
            {
                DropSlow(sent, received);
            }
        }

        return received;
    }

    internal int ReceiveAndFree()
    {
        Span<Packet> packets = _packets;
        int received = _rx.Receive(packets);
        PacketPool.Free(packets[..received]);
        return received;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropSlow(int from, int to)
    {
        PacketPool.Free(_packets.AsSpan(from, to - from));
        Volatile.Write(ref _dropped, _dropped + to - from);
    }
}
