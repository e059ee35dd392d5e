namespace PollIO.Apps.Tests.Latency;

/// <summary>
/// A forwarder that holds each packet for a time, and loses, repeats or puts back some of them. What it does is counted by packets, so
/// that every run does the same.
/// </summary>
internal sealed class DelayLine(RxQueue rx, TxQueue tx, PacketPool pool, double microseconds)
{
    private readonly long _delay = (long)(microseconds * Tsc.Frequency / 1e6);
    private readonly Queue<(Packet Packet, long Due)> _held = new(65536);
    private readonly Packet[] _burst = new Packet[32];
    private Packet _putBack;
    private long _count;
    private long _pausedUntil;

    /// <summary>One in so many is lost; 0 for none.</summary>
    internal int LoseEvery { get; init; }

    /// <summary>One in so many is sent twice.</summary>
    internal int RepeatEvery { get; init; }

    /// <summary>One in so many changes places with the one after it.</summary>
    internal int PutBackEvery { get; init; }

    /// <summary>With this packet a pause of 10 ms begins; 0 for none.</summary>
    internal int PauseAt { get; init; }

    /// <summary>Whether the pause also holds up whoever calls.</summary>
    internal bool PausesCaller { get; init; }

    internal long Lost { get; private set; }

    internal long Repeated { get; private set; }

    internal long PutBack { get; private set; }

    internal int Poll()
    {
        while (PausesCaller && Tsc.Read() < _pausedUntil)
        {
        }

        if (Tsc.Read() < _pausedUntil)
        {
            return 0;
        }

        int received = rx.Receive(_burst);
        foreach (Packet packet in _burst.AsSpan(0, received))
        {
            Take(packet, Tsc.Read() + _delay);
        }

        int sent = 0;
        while (_held.TryPeek(out (Packet Packet, long Due) next) && next.Due <= Tsc.Read() && tx.Transmit([next.Packet]) == 1)
        {
            _held.Dequeue();
            sent++;
        }

        return received + sent;
    }

    internal void Release()
    {
        while (_held.TryDequeue(out (Packet Packet, long Due) next))
        {
            next.Packet.Free();
        }

        if (!_putBack.IsNull)
        {
            _putBack.Free();
        }
    }

    private static bool Every(int period, long count) => period != 0 && count % period == 0;

    private void Take(Packet packet, long due)
    {
        _count++;
        if (_count == PauseAt)
        {
            _pausedUntil = Tsc.Read() + (long)(0.010 * Tsc.Frequency);
        }

        if (Every(LoseEvery, _count))
        {
            packet.Free();
            Lost++;
            return;
        }

        if (Every(PutBackEvery, _count) && _putBack.IsNull)
        {
            _putBack = packet;
            return;
        }

        _held.Enqueue((packet, due));
        if (Every(RepeatEvery, _count) && pool.TryAllocate(out Packet copy))
        {
            Assert.True(copy.TryAppend(packet.Length, out Span<byte> bytes));
            packet.Data.CopyTo(bytes);
            _held.Enqueue((copy, due));
            Repeated++;
        }

        if (!_putBack.IsNull)
        {
            _held.Enqueue((_putBack, due));
            _putBack = default;
            PutBack++;
        }
    }
}
