namespace PollIO.Apps.Latency.Measuring;

/// <summary>
/// Finds out from sequence numbers which packets came, which came twice and which came late. A bit for each number of a window tells;
/// numbers behind the window are counted apart, because they may be either.
/// </summary>
internal sealed class SequenceTracker
{
    // 2^24 bits are 2 MiB: at 10 Mpps the window is 1.7 s long.
    private const int WindowBits = 24;
    private const long Window = 1L << WindowBits;
    private const int WordBits = 64;

    private readonly ulong[] _seen = new ulong[Window / WordBits];

    /// <summary>Above the highest number seen.</summary>
    private long _end;

    /// <summary>Packets that came for the first time.</summary>
    internal long Received { get; private set; }

    /// <summary>Packets that had come before.</summary>
    internal long Duplicates { get; private set; }

    /// <summary>Packets that came for the first time after one with a higher number (RFC 4737 section 3.3).</summary>
    internal long Reordered { get; private set; }

    /// <summary>Packets so late that it is not known any more whether they had come before.</summary>
    internal long TooLate { get; private set; }

    /// <summary>Takes note of a packet.</summary>
    /// <returns>Whether it came for the first time.</returns>
    internal bool Add(long sequence)
    {
        if (sequence >= _end)
        {
            Advance(sequence + 1);
            Mark(sequence);
            Received++;
            return true;
        }

        if (sequence < _end - Window)
        {
            TooLate++;
            return false;
        }

        if (IsMarked(sequence))
        {
            Duplicates++;
            return false;
        }

        Mark(sequence);
        Received++;
        Reordered++;
        return true;
    }

    private void Mark(long sequence) => _seen[(sequence & (Window - 1)) / WordBits] |= 1UL << (int)(sequence % WordBits);

    private bool IsMarked(long sequence) => (_seen[(sequence & (Window - 1)) / WordBits] & (1UL << (int)(sequence % WordBits))) != 0;

    // Numbers that come into the window have not been seen.
    private void Advance(long end)
    {
        if (end - _end >= Window)
        {
            Array.Clear(_seen);
            _end = end;
            return;
        }

        while (_end < end)
        {
            if (_end % WordBits == 0 && end - _end >= WordBits)
            {
                _seen[(_end & (Window - 1)) / WordBits] = 0;
                _end += WordBits;
                continue;
            }

            _seen[(_end & (Window - 1)) / WordBits] &= ~(1UL << (int)(_end % WordBits));
            _end++;
        }
    }
}
