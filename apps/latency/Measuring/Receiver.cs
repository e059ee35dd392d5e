using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Latency.Measuring;

/// <summary>Receives, and counts how long each packet took since it was due.</summary>
internal sealed class Receiver
{
    private readonly RxQueue _rx;
    private readonly int _stampOffset;
    private readonly ushort _tag;
    private readonly BurstBuffer _buffer;
    private readonly SequenceTracker _sequences = new();
    private readonly LatencyHistogram _latency = new(LatencyHistogram.ThreeDigits);
    private long _received;
    private long _foreign;

    /// <summary>Creates a receiver.</summary>
    /// <param name="rx">Where it receives.</param>
    /// <param name="stampOffset">Where in a frame the stamp stands.</param>
    /// <param name="tag">The tag of this trial's stamps.</param>
    /// <param name="burst">How many at once, at most.</param>
    internal Receiver(RxQueue rx, int stampOffset, ushort tag, int burst)
    {
        _rx = rx;
        _stampOffset = stampOffset;
        _tag = tag;
        _buffer = new BurstBuffer(burst);
    }

    /// <summary>Different packets received.</summary>
    internal long Received => Volatile.Read(ref _received);

    /// <summary>Packets that are not this trial's; final once the lcore has ended, as are the next two.</summary>
    internal long Foreign => _foreign;

    /// <summary>What came, what came twice, what came late.</summary>
    internal SequenceTracker Sequences => _sequences;

    /// <summary>Latencies in TSC ticks, each packet's once.</summary>
    internal LatencyHistogram Latency => _latency;

    internal bool IsCompleted => _rx.Completion is not null;

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

        // All packets of a burst have arrived by the same read of the clock.
        long now = Tsc.Read();
        foreach (Packet packet in packets[..received])
        {
            if (!Stamp.TryRead(packet, _stampOffset, out Stamp stamp) || stamp.Tag != _tag)
            {
                _foreign++;
            }
            else if (_sequences.Add(stamp.Sequence))
            {
                _latency.Record(now - stamp.Time);
            }
        }

        PacketPool.Free(packets[..received]);
        Volatile.Write(ref _received, _sequences.Received);
        return received;
    }
}
