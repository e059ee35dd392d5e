using System.Runtime.InteropServices;

namespace PollIO.Pipelines;

/// <summary>The polling core's side of a reader: receives, keeps the quota, delivers, and frees what comes back.</summary>
internal sealed class ReaderFeed
{
    private const int NotPolled = -1;

    private readonly RxQueue[] _queues;
    private readonly ReaderLink _link;
    private readonly WakeUp _wakeUp;
    private readonly bool _drops;
    private readonly int _quota;
    private readonly Packet[] _packets;
    private Progress _progress;

    internal ReaderFeed(RxQueue[] queues, ReaderLink link, WakeUp wakeUp, PacketPipeOptions options)
    {
        _queues = queues;
        _link = link;
        _wakeUp = wakeUp;
        _drops = options.WhenFull == PipeFullPolicy.Drop;
        _quota = options.Quota;
        _packets = new Packet[options.Burst];
    }

    /// <summary>Whether nothing is left to do: the reader wants no more, or the source has ended and all came back.</summary>
    internal bool IsCompleted => _link.EndCompleted || (_link.CoreCompleted && _progress.Delivered == _progress.Returned + _link.Taken);

    /// <summary>Polls every queue once.</summary>
    /// <returns>Packets moved, either way.</returns>
    internal int Poll(ref PipeCounters counters)
    {
        int moved = Reclaim();
        if (_link.EndCompleted)
        {
            return moved + Discard();
        }

        if (_link.CoreCompleted)
        {
            return moved;
        }

        bool ended = true;
        QueueCompletion? end = null;
        foreach (RxQueue queue in _queues)
        {
            // Before the poll: what was there when the queue ended is received by it.
            QueueCompletion? completion = queue.Completion;
            int received = Receive(queue, ref counters);
            moved += Math.Max(received, 0);
            ended &= completion != null && received == 0;
            end = completion?.Error != null ? completion : end ?? completion;
        }

        if (ended)
        {
            Complete(end?.Error);
        }

        return moved;
    }

    /// <summary>Lets the reader come to its end once it has read what was delivered.</summary>
    internal void Complete(Exception? error)
    {
        if (!_link.CoreCompleted)
        {
            _link.CompleteCore(error);
            _wakeUp.Signal();
        }
    }

    /// <summary>Called once no lcore polls any more, and none will.</summary>
    internal void Close()
    {
        Complete(null);
        _link.Close();
    }

    private int Receive(RxQueue queue, ref PipeCounters counters)
    {
        int room = Room();
        if (room == 0 && !_drops)
        {
            counters.Stalls++;
            return NotPolled;
        }

        Span<Packet> packets = _packets;
        if (!_drops && room < packets.Length)
        {
            packets = packets[..room];
        }

        int received = queue.Receive(packets);
        if (received == 0)
        {
            return 0;
        }

        // The ring holds a whole quota, so that all there is room for goes in.
        int delivered = _link.Delivered.EnqueueBurst(packets[..Math.Min(received, room)]);
        _progress.Delivered += delivered;
        counters.Received += received;
        counters.Delivered += delivered;
        if (delivered != received)
        {
            counters.Dropped += received - delivered;
            PacketPool.Free(packets[delivered..received]);
        }

        if (delivered != 0)
        {
            _wakeUp.Signal();
        }

        return received;
    }

    private int Room()
    {
        long room = _quota - (_progress.Delivered - _progress.Returned - _progress.ShadowTaken);
        if (room < _packets.Length)
        {
            _progress.ShadowTaken = _link.Taken;
            room = _quota - (_progress.Delivered - _progress.Returned - _progress.ShadowTaken);
        }

        return (int)Math.Min(room, _packets.Length);
    }

    /// <summary>Frees what came back: as many bursts as a poll may deliver. Looking for more would be a look at the reader's line for nothing.</summary>
    private int Reclaim()
    {
        int moved = 0;
        foreach (RxQueue _ in _queues)
        {
            int count = _link.Spent.DequeueBurst(_packets);
            PacketPool.Free(_packets.AsSpan(0, count));
            moved += count;
            if (count < _packets.Length)
            {
                break;
            }
        }

        _progress.Returned += moved;
        return moved;
    }

    /// <summary>The reader has completed: what it never took is nobody's.</summary>
    private int Discard()
    {
        int count = _link.Delivered.DequeueBurst(_packets);
        PacketPool.Free(_packets.AsSpan(0, count));
        _progress.Returned += count;
        return count;
    }

    /// <summary>How far the polling core is, on lines of its own: beside it in memory lie segments the reader writes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Progress
    {
        [FieldOffset(128)] internal long Delivered;
        [FieldOffset(136)] internal long Returned;
        [FieldOffset(144)] internal long ShadowTaken;
    }
}
