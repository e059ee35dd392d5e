namespace PollIO.Pipelines;

/// <summary>The polling core's side of a writer: sends what was handed over and keeps the reserve of empty packets.</summary>
internal sealed class WriterDrain
{
    private readonly TxQueue _queue;
    private readonly WriterLink _link;
    private readonly WakeUp _wakeUp;
    private readonly PacketPool _pool;
    private readonly int _reserve;
    private readonly int _refillAt;
    private readonly Packet[] _packets;
    private readonly Packet[] _fresh;
    private int _first;
    private int _count;

    internal WriterDrain(TxQueue queue, WriterLink link, WakeUp wakeUp, PacketPool pool, PacketPipeOptions options)
    {
        _queue = queue;
        _link = link;
        _wakeUp = wakeUp;
        _pool = pool;
        _reserve = options.Reserve;
        _refillAt = Math.Max(1, Math.Min(options.Burst, options.Reserve / 2));
        _packets = new Packet[options.Burst];
        _fresh = new Packet[options.Burst];

        // So that the first packet can be written before a core polls.
        while (Refill() != 0)
        {
        }
    }

    /// <summary>Whether nothing is left to do: the writer has completed and all is sent, or nothing can be sent any more.</summary>
    internal bool IsCompleted => _link.CoreCompleted || (_link.EndCompleted && _count == _first && _link.LastCount == 0 && _link.Outgoing.Count == 0);

    /// <summary>Sends a burst and refills the reserve.</summary>
    /// <returns>Packets moved, either way.</returns>
    internal int Poll(ref PipeCounters counters)
    {
        if (_queue.Fault is { } fault)
        {
            Complete(fault);
        }

        if (_link.CoreCompleted)
        {
            return Discard(ref counters);
        }

        int sent = Send();
        counters.Written += sent;
        int moved = sent + (_link.EndCompleted ? TakeBack() : Refill());
        if (moved != 0)
        {
            _wakeUp.Signal();
        }

        return moved;
    }

    /// <summary>Ends the writer's flushes; what is handed over from now on is freed.</summary>
    internal void Complete(Exception? error)
    {
        if (!_link.CoreCompleted)
        {
            _link.CompleteCore(error);
            _wakeUp.Signal();
        }
    }

    /// <summary>Called once no lcore polls any more, and none will: sends what a completed writer left, as far as the queue takes it at once.</summary>
    internal void Close(ref PipeCounters counters)
    {
        if (_link.EndCompleted && !_link.CoreCompleted)
        {
            for (int sent = Send(); sent != 0; sent = Send())
            {
                counters.Written += sent;
            }
        }

        Complete(null);
        Discard(ref counters);
        _link.Close();
    }

    private int Send()
    {
        if (_first == _count)
        {
            _first = 0;
            _count = _link.Outgoing.DequeueBurst(_packets);
            if (_count == 0 && (!_link.EndCompleted || (_count = TakeLast()) == 0))
            {
                return 0;
            }
        }

        int sent = _queue.Transmit(_packets.AsSpan(_first, _count - _first));
        _first += sent;
        return sent;
    }

    /// <summary>What a completing writer had no room for, once the ring is empty: the oldest first.</summary>
    private int TakeLast()
    {
        // The writer's last packets came before its end was seen, but maybe after the ring was.
        int count = _link.Outgoing.DequeueBurst(_packets);
        if (count != 0)
        {
            return count;
        }

        count = Math.Min(_link.LastCount, _packets.Length);
        Span<Packet> last = _link.Last.AsSpan(0, _link.LastCount);
        last[..count].CopyTo(_packets);
        last[count..].CopyTo(last);
        _link.LastCount -= count;
        return count;
    }

    /// <summary>Fills the reserve by bursts; half of it, at which a flush goes on, is never out of reach.</summary>
    private int Refill()
    {
        int missing = Math.Min(_reserve - _link.Empties.Count, _fresh.Length);
        if (missing < _refillAt)
        {
            return 0;
        }

        int fresh = _pool.Allocate(_fresh.AsSpan(0, missing));
        return _link.Empties.EnqueueBurst(_fresh.AsSpan(0, fresh));
    }

    private int TakeBack()
    {
        int count = _link.Empties.DequeueBurst(_fresh);
        PacketPool.Free(_fresh.AsSpan(0, count));
        return count;
    }

    private int Discard(ref PipeCounters counters)
    {
        int discarded = _count - _first;
        PacketPool.Free(_packets.AsSpan(_first, discarded));
        _first = 0;
        _count = 0;
        for (int count = _link.Outgoing.DequeueBurst(_packets); count != 0; count = _link.Outgoing.DequeueBurst(_packets))
        {
            PacketPool.Free(_packets.AsSpan(0, count));
            discarded += count;
        }

        if (_link.EndCompleted)
        {
            int last = TakeLast();
            PacketPool.Free(_packets.AsSpan(0, last));
            discarded += last;
            TakeBack();
        }

        counters.Discarded += discarded;
        return discarded;
    }
}
