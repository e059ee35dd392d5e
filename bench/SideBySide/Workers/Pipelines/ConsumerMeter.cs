using PollIO.SideBySide.Contests;

namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>The consuming side's count: packets, their bytes checked, their ages, and what the thread allocated, after a warm-up.</summary>
internal sealed class ConsumerMeter(double warmup, double seconds)
{
    private readonly LatencyHistogram _ages = new();
    private readonly double _nanosecondsPerTick = 1e9 / Tsc.Frequency;
    private readonly long _warmupTicks = (long)(warmup * Tsc.Frequency);
    private readonly long _measuredTicks = (long)(seconds * Tsc.Frequency);
    private long _sequence;
    private long _packets;
    private long _wrong;
    private long _oldest;
    private long _from;
    private long _until;
    private long _allocatedBefore;
    private long _allocated;
    private int _collectionsBefore;
    private int _collections;
    private bool _isMeasuring;

    /// <summary>Whether the time is over.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Packets may be lost on the way: the next is the one that comes.</summary>
    internal bool MayLose { get; init; }

    /// <summary>The consuming code is not always on the same thread: the whole process is measured, by blocks of some KiB.</summary>
    internal bool HopsThreads { get; init; }

    internal void Packet(ReadOnlySpan<byte> frame)
    {
        long expected = MayLose ? BitConverter.ToInt64(frame) : _sequence;
        (long stamp, bool isWhole) = StampedFrame.Read(frame, expected);
        _sequence = expected + 1;
        _wrong += isWhole ? 0 : 1;
        _oldest = _oldest == 0 ? stamp : _oldest;
        _packets++;
    }

    /// <summary>Called after each read: the clock is read once, for the age of its oldest packet.</summary>
    internal void EndOfRead()
    {
        long now = Tsc.Read();
        _from = _from == 0 ? now : _from;
        if (_isMeasuring && _oldest != 0)
        {
            _ages.Record((long)((now - _oldest) * _nanosecondsPerTick));
        }

        _oldest = 0;
        if (!_isMeasuring && now - _from >= _warmupTicks)
        {
            _isMeasuring = true;
            _from = now;
            _packets = 0;
            _collectionsBefore = GC.CollectionCount(0);
            _allocatedBefore = Allocated();
        }
        else if (_isMeasuring && now - _from >= _measuredTicks && !IsOver)
        {
            _until = now;
            _allocated = Allocated() - _allocatedBefore;
            _collections = GC.CollectionCount(0) - _collectionsBefore;
            IsOver = true;
        }
    }

    private long Allocated() => HopsThreads ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();

    internal Sample ToSample()
    {
        if (_wrong != 0)
        {
            throw new PollIOException("measure pipelines", "consumer", $"{_wrong} packets did not arrive as they were written");
        }

        return new Sample(new Dictionary<string, double>
        {
            ["rate"] = _packets * (double)Tsc.Frequency / (_until - _from),
            ["p50"] = _ages.Percentile(50) / 1000.0,
            ["p99"] = _ages.Percentile(99) / 1000.0,
            ["p999"] = _ages.Percentile(99.9) / 1000.0,
        })
        {
            AllocatedBytes = _allocated,
            Collections = _collections,
        };
    }
}
