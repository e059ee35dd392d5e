using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>Sends frames through one queue when they are due. What a full ring refuses is offered again, so nothing is dropped.</summary>
internal sealed class SourcedLane<TSource> : SendLane
    where TSource : struct, IFrameSource
{
    private readonly TxQueue _tx;
    private readonly BurstBuffer _buffer;
    private readonly bool _isPaced;
    private readonly bool _isStamped;
    private PacketSource _packets;
    private readonly TSource _source;
    private Pacer _pacer;
    private long _left;
    private bool _started;

    // Of the buffer, [0, sent) is the port's, [sent, made) waits for the port, [made, taken) is blank.
    private int _sent;
    private int _made;
    private int _taken;

    internal SourcedLane(TxQueue tx, PacketPool pool, TSource source, Schedule schedule, int burst)
        : base(tx, schedule.Windows)
    {
        _tx = tx;
        _source = source;
        _packets = new PacketSource(pool, tx.Port, source.MaxSize);
        _buffer = new BurstBuffer(burst);
        _isPaced = schedule.Pacer is not null;
        _isStamped = schedule.IsStamped;
        _pacer = schedule.Pacer ?? default;
        _left = schedule.Count;
    }

    internal override bool IsFinished => _sent == _made && (_left == 0 || !_source.HasNext);

    internal override double ForgivenSeconds => _pacer.Forgiven / Tsc.Frequency;

    internal override int Send()
    {
        if (_sent == _made && !Make())
        {
            return 0;
        }

        ReadOnlySpan<Packet> packets = _buffer.Packets[_sent.._made];
        if (Windows is null)
        {
            int taken = _tx.Transmit(packets);
            _sent += taken;
            return taken;
        }

        return SendCounted(packets);
    }

    internal override void Release()
    {
        PacketPool.Free(_buffer.Packets[_sent.._taken]);
        _sent = _made = _taken = 0;
    }

    private int SendCounted(ReadOnlySpan<Packet> packets)
    {
        // Counters of the queue tell the bytes of what was taken; packets that were are the port's.
        (_, long before) = _tx.Counters.Read();
        int taken = _tx.Transmit(packets);
        (_, long after) = _tx.Counters.Read();
        Windows!.Add(Tsc.Read(), taken, after - before);
        _sent += taken;
        return taken;
    }

    /// <summary>Fills what is due into blank packets.</summary>
    /// <returns>Whether there is something to send.</returns>
    private bool Make()
    {
        Span<Packet> packets = _buffer.Packets;
        if (_made == _taken)
        {
            _sent = _made = 0;
            _taken = _packets.Take(packets);
        }

        int end = (int)Math.Min(_taken, _made + Math.Min(_left, packets.Length));
        long time = _isStamped ? (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick : 0;
        int before = _made;
        if (_isPaced)
        {
            MakeDue(packets, end, time);
        }
        else
        {
            int made = _made;
            while (made < end && _source.HasNext)
            {
                _source.Write(packets[made++], time);
            }

            _made = made;
        }

        _left -= _made - before;
        return _made != before;
    }

    private void MakeDue(Span<Packet> packets, int end, long time)
    {
        long now = Tsc.Read();
        if (!_started)
        {
            _pacer.Start(now);
            Windows?.Start(now);
            _started = true;
        }

        _pacer.Observe(now);
        while (_made < end && _source.HasNext && _pacer.IsDue(now))
        {
            int size = _source.Write(packets[_made++], time);
            _pacer.Advance(size, _source.Gap);
        }
    }
}
