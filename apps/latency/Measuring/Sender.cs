using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Latency.Measuring;

/// <summary>
/// Sends packets that carry the time they were due. One that a full ring refused, or that was late because the sender was held up,
/// keeps that time.
/// </summary>
internal sealed class Sender
{
    private readonly TxQueue _tx;
    private readonly FrameWriter _frames;
    private readonly BurstBuffer _buffer;
    private readonly LatencyHistogram _lag = new();
    private readonly long _count;
    private PacketSource _packets;
    private Pacer _pacer;
    private long _made;
    private long _sent;
    private bool _started;
    private long _first;
    private long _last;

    // Of the buffer, [0, offered) is the port's, [offered, filled) waits for the port, [filled, taken) is blank.
    private int _offered;
    private int _filled;
    private int _taken;

    /// <summary>Creates a sender.</summary>
    /// <param name="tx">Where it sends.</param>
    /// <param name="pool">Where packets come from.</param>
    /// <param name="frames">What it sends, stamped.</param>
    /// <param name="pacer">When.</param>
    /// <param name="count">How many.</param>
    /// <param name="burst">How many at once, at most.</param>
    internal Sender(TxQueue tx, PacketPool pool, FrameWriter frames, Pacer pacer, long count, int burst)
    {
        _tx = tx;
        _frames = frames;
        _packets = new PacketSource(pool, tx.Port, frames.MaxSize);
        _buffer = new BurstBuffer(burst);
        _pacer = pacer;
        _count = count;
    }

    /// <summary>Packets the port took; final once the lcore has ended.</summary>
    internal long Sent => Volatile.Read(ref _sent);

    internal bool IsFinished => Sent == _count;

    /// <summary>Seconds from the first packet to the last.</summary>
    internal double Seconds => (_last - _first) / Tsc.Frequency;

    /// <summary>TSC ticks by which packets were handed to the port later than they were due.</summary>
    internal LatencyHistogram Lag => _lag;

    /// <summary>Sends what is due.</summary>
    /// <returns>Packets the port took.</returns>
    internal int Send()
    {
        if (_offered == _filled && !Fill())
        {
            return 0;
        }

        int taken = _tx.Transmit(_buffer.Packets[_offered.._filled]);
        _offered += taken;
        if (taken != 0)
        {
            _last = Tsc.Read();
            Volatile.Write(ref _sent, _sent + taken);
        }

        return taken;
    }

    /// <summary>Frees what it still holds, once its lcore has ended.</summary>
    internal void Release()
    {
        PacketPool.Free(_buffer.Packets[_offered.._taken]);
        _offered = _filled = _taken = 0;
    }

    private bool Fill()
    {
        if (_made == _count)
        {
            return false;
        }

        Span<Packet> packets = _buffer.Packets;
        if (_filled == _taken)
        {
            _offered = _filled = 0;
            _taken = _packets.Take(packets);
        }

        long now = Tsc.Read();
        if (!_started)
        {
            _pacer.Start(now);
            _first = now;
            _started = true;
        }

        int before = _filled;
        while (_filled < _taken && _made < _count && _pacer.IsDue(now))
        {
            long due = _pacer.Due;
            int size = _frames.Write(packets[_filled++], due);
            _lag.Record(now - due);
            _pacer.Advance(size, 0);
            _made++;
        }

        return _filled != before;
    }
}
