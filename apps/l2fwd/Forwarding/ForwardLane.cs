using System.Runtime.CompilerServices;
using PollIO.Apps.Common.Lanes;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>
/// Receives a burst, rewrites it and sends it. While the TX ring refuses packets and the policy waits, nothing more is received: what
/// comes meanwhile stays in the RX ring, and the lcore's other lanes go on.
/// </summary>
internal sealed class ForwardLane<TRewriter, TPolicy>(RxQueue rx, TxQueue tx, TRewriter rewriter, TPolicy policy, int burst) : Lane(rx, tx)
    where TRewriter : struct, IRewriter
    where TPolicy : struct, IRefusalPolicy
{
    private readonly RxQueue _rx = rx;
    private readonly TxQueue _tx = tx;
    private readonly BurstBuffer _buffer = new(burst);
    private readonly TRewriter _rewriter = rewriter;
    private readonly TPolicy _policy = policy;

    // The refused packets in the buffer, and the TSC at which they are given up.
    private int _next;
    private int _end;
    private long _deadline;

    internal override bool IsCompleted => _next == _end && base.IsCompleted;

    /// <summary>Moves one burst, or what was refused of the last.</summary>
    /// <returns>Packets done with: sent or dropped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Forward()
    {
        if (_policy.Patience != 0 && _next != _end)
        {
            return SendRefused();
        }

        Span<Packet> packets = _buffer.Packets;
        int received = _rx.Receive(packets);
        if (received != 0)
        {
            int kept = _rewriter.Rewrite(packets[..received]);
            int sent = _tx.Transmit(packets[..kept]);
            if (sent != received)
            {
                received -= RefusedSlow(received, kept, sent);
            }
        }

        return received;
    }

    internal override void Release() => DropRefused();

    // Returns the packets it keeps.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int RefusedSlow(int received, int kept, int sent)
    {
        CountDropped(received - kept);
        (_next, _end) = (sent, kept);
        if (_policy.Patience == 0)
        {
            DropRefused();
            return 0;
        }

        _deadline = Tsc.Read() + _policy.Patience;
        return kept - sent;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int SendRefused()
    {
        int taken = _tx.Transmit(_buffer.Packets[_next.._end]);
        _next += taken;
        return _next != _end && Tsc.Read() >= _deadline ? taken + DropRefused() : taken;
    }

    private int DropRefused()
    {
        int dropped = _end - _next;
        PacketPool.Free(_buffer.Packets[_next.._end]);
        CountDropped(dropped);
        _next = _end;
        return dropped;
    }
}
