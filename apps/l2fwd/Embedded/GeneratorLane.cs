using PollIO.Apps.Common.Lanes;
using PollIO.Apps.L2fwd.Forwarding;

namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>
/// Sends numbered packets while fewer than the window are under way, and checks number and latency of those that come back. One
/// packet in <see cref="SampleEvery"/> carries the time, so that the clock does not slow the generator.
/// </summary>
internal sealed class GeneratorLane
{
    /// <summary>Packets for each one that is timed.</summary>
    internal const int SampleEvery = 32;

    private readonly RxQueue _rx;
    private readonly TxQueue _tx;
    private readonly PacketPool _pool;
    private readonly FrameTemplate _template;
    private readonly BurstBuffer _buffer;
    private readonly int _burst;
    private readonly int _window;
    private GeneratorCounters _counters;
    private volatile LatencyHistogram _latency = new();
    private volatile bool _finishing;

    internal GeneratorLane(RxQueue rx, TxQueue tx, PacketPool pool, FrameTemplate template, int burst, int window)
    {
        _rx = rx;
        _tx = tx;
        _pool = pool;
        _template = template;
        _buffer = new BurstBuffer(burst);
        _burst = burst;
        _window = window;
    }

    /// <summary>Counters as of now; final once the lcore has ended.</summary>
    internal GeneratorCounters Counters => _counters;

    /// <summary>Where latencies, in TSC ticks, are counted; another histogram takes over from the next packet on.</summary>
    internal LatencyHistogram Latency
    {
        get => _latency;
        set => _latency = value;
    }

    internal bool IsFinished => _finishing && UnderWay == 0;

    private long UnderWay => _counters.Sent - _counters.Received - _counters.Lost;

    /// <summary>Sends no more; the lane is finished when all has come back.</summary>
    internal void Finish() => _finishing = true;

    /// <summary>Takes one burst of what has come back.</summary>
    /// <returns>Packets received.</returns>
    internal int Receive()
    {
        Span<Packet> packets = _buffer.Packets;
        int received = _rx.Receive(packets);
        if (received == 0)
        {
            return 0;
        }

        long now = 0;
        foreach (Packet packet in packets[..received])
        {
            if (!FrameTemplate.TryReadStamp(packet, out long sequence, out long time))
            {
                _counters.Foreign++;
                continue;
            }

            Check(sequence);
            if (time != 0)
            {
                // All packets of a burst have arrived by the same read of the clock.
                now = now != 0 ? now : Tsc.Read();
                _latency.Record(now - time);
            }
        }

        PacketPool.Free(packets[..received]);
        return received;
    }

    /// <summary>Sends one burst when the window has room for it.</summary>
    /// <returns>Packets sent.</returns>
    internal int Send()
    {
        if (_finishing || UnderWay + _burst > _window)
        {
            return 0;
        }

        Span<Packet> packets = _buffer.Packets;
        int made = _pool.Allocate(packets);
        long sequence = _counters.Sent;
        foreach (Packet packet in packets[..made])
        {
            _template.Write(packet, sequence, sequence % SampleEvery == 0 ? Tsc.Read() : 0);
            sequence++;
        }

        // A refused packet was never sent: the next one gets its number.
        int taken = _tx.Transmit(packets[..made]);
        _counters.Sent += taken;
        PacketPool.Free(packets[taken..made]);
        return taken;
    }

    // Every number comes once and in order: a larger one tells of those that were lost, a smaller one of a packet that came late.
    private void Check(long sequence)
    {
        long missing = sequence - _counters.Expected;
        if (missing >= 0)
        {
            _counters.Received++;
            _counters.Lost += missing;
            _counters.Expected = sequence + 1;
        }
        else
        {
            _counters.OutOfOrder++;
        }
    }
}
