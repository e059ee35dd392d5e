using System.Runtime.CompilerServices;
using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Receives a burst, rewrites it and sends it; what the TX ring refuses is dropped, never waited for.</summary>
internal sealed class ForwardLane<TRewriter>(RxQueue rx, TxQueue tx, TRewriter rewriter, int burst) : Lane(rx, tx)
    where TRewriter : struct, IRewriter
{
    private readonly RxQueue _rx = rx;
    private readonly TxQueue _tx = tx;
    private readonly BurstBuffer _buffer = new(burst);
    private readonly TRewriter _rewriter = rewriter;

    /// <summary>Moves one burst.</summary>
    /// <returns>Packets received.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Forward()
    {
        Span<Packet> packets = _buffer.Packets;
        int received = _rx.Receive(packets);
        if (received != 0)
        {
            packets = packets[..received];
            int kept = _rewriter.Rewrite(packets);
            int sent = _tx.Transmit(packets[..kept]);
            if (sent != received)
            {
                DropSlow(packets[sent..kept], received - sent);
            }
        }

        return received;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropSlow(ReadOnlySpan<Packet> refused, int dropped)
    {
        PacketPool.Free(refused);
        CountDropped(dropped);
    }
}
