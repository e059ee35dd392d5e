using System.Runtime.InteropServices;

namespace PollIO.SideBySide.Workers;

/// <summary>What the putting and the taking core share: the ring, the start of each round, and its results.</summary>
internal sealed class RingRounds(int size, double warmupSeconds, double seconds)
{
    private const int MaxRounds = 1 << 16;

    private readonly double[] _putCycles = new double[MaxRounds];
    private readonly double[] _takeCycles = new double[MaxRounds];
    private readonly long _measureFrom = Tsc.Read() + (long)(warmupSeconds * Tsc.Frequency);
    private readonly long _end = Tsc.Read() + (long)((warmupSeconds + seconds) * Tsc.Frequency);
    private Gate _gate;
    private int _rounds;
    private int _firstMeasured = -1;
    private long _allocatedBefore;
    private int _collectionsBefore;
    private bool _isLast;

    internal SpscRing<Packet> Ring { get; } = new(RingWorker.RingSize);

    /// <summary>Items a call.</summary>
    internal int Size { get; } = size;

    /// <summary>Managed bytes the putting core allocated in measured rounds.</summary>
    internal long AllocatedBytes { get; private set; }

    internal int Collections { get; private set; }

    /// <summary>Cycles an item of both cores together, one value a measured round.</summary>
    internal double[] CyclesPerItem() =>
        [.. Enumerable.Range(_firstMeasured, _rounds - _firstMeasured).Select(round => (_putCycles[round] + _takeCycles[round]) / ((double)RingWorker.CallsPerRound * Size))];

    /// <summary>The putting core decides whether this round is the last, and waits for the other.</summary>
    internal void StartPut(int round)
    {
        long now = Tsc.Read();
        if (_firstMeasured < 0 && now >= _measureFrom)
        {
            _firstMeasured = round;
            _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
            _collectionsBefore = GC.CollectionCount(0);
        }

        _isLast = round == MaxRounds - 1 || (_firstMeasured >= 0 && now >= _end);
        MemoryOrder.StoreRelease(ref _gate.Putting, round + 1);
        while (MemoryOrder.LoadAcquire(ref _gate.Taking) != round + 1)
        {
        }
    }

    /// <summary>The taking core waits for the other to start the round.</summary>
    /// <returns>Whether it is the last round; asked for here, since the putting core may be a round ahead at the end.</returns>
    internal bool StartTake(int round)
    {
        MemoryOrder.StoreRelease(ref _gate.Taking, round + 1);
        while (MemoryOrder.LoadAcquire(ref _gate.Putting) != round + 1)
        {
        }

        return _isLast;
    }

    /// <returns>Whether it was the last round.</returns>
    internal bool EndPut(int round, long cycles)
    {
        _putCycles[round] = cycles;
        if (_isLast)
        {
            AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
            Collections = GC.CollectionCount(0) - _collectionsBefore;
            _rounds = round + 1;
        }

        return _isLast;
    }

    internal void EndTake(int round, long cycles) => _takeCycles[round] = cycles;

    // 128 bytes apart: the adjacent-line prefetcher pulls lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Gate
    {
        [FieldOffset(128)] internal int Putting;
        [FieldOffset(256)] internal int Taking;
    }
}
