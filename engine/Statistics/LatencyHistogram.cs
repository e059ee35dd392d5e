using System.Numerics;
using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>
/// Counts values in log-linear buckets: each power of two is cut into equal parts, 64 unless told otherwise, so a percentile is within
/// 1/64 (1.6%) of the value it stands for, whatever its size. Values have the unit of the caller, for example TSC ticks.
/// </summary>
/// <remarks>
/// All memory is taken by the constructor (about 30 KiB with 64 parts, 430 KiB with 1024); recording costs an increment. One thread records; percentiles read by
/// another thread meanwhile are those of some recent moment.
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>Bits with which percentiles have three significant digits: 1024 parts.</summary>
    public const int ThreeDigits = 10;

    private const int DefaultPartBits = 6;
    private const int MaxPartBits = 16;

    private readonly int _partBits;
    private readonly long[] _counts;
    private long _count;
    private long _max;
    private long _min = long.MaxValue;
    private double _sum;

    /// <summary>Creates an empty histogram.</summary>
    /// <param name="partBits">Each power of two is cut into 2 to the power of this many parts; 1 to 16.</param>
    public LatencyHistogram(int partBits = DefaultPartBits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partBits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partBits, MaxPartBits);
        _partBits = partBits;

        // Values below two times the parts have a bucket each; above, every power of two up to 2^63 has as many buckets as parts.
        _counts = new long[(64 - partBits) << partBits];
    }

    /// <summary>The buckets that values are in, from the smallest: their bounds, both inclusive, and the number of values.</summary>
    public IEnumerable<(long Lower, long Upper, long Count)> Buckets
    {
        get
        {
            for (int bucket = 0; bucket < _counts.Length; bucket++)
            {
                if (Volatile.Read(ref _counts[bucket]) is not 0 and long count)
                {
                    yield return (bucket == 0 ? 0 : UpperEnd(bucket - 1) + 1, UpperEnd(bucket), count);
                }
            }
        }
    }

    /// <summary>Values recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The smallest value, exact; 0 when there is none.</summary>
    public long Min => Count == 0 ? 0 : Volatile.Read(ref _min);

    /// <summary>The largest value, exact; 0 when there is none.</summary>
    public long Max => Volatile.Read(ref _max);

    /// <summary>The mean, exact but for rounding; 0 when there is no value.</summary>
    public double Mean => Count == 0 ? 0 : Volatile.Read(ref _sum) / Count;

    /// <summary>Counts one value; a negative one, such as two clocks that disagree give, counts as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long value)
    {
        value = Math.Max(value, 0);
        _counts[BucketOf(value)]++;
        _sum += value;
        _max = Math.Max(_max, value);
        _min = Math.Min(_min, value);
        _count++;
    }

    /// <summary>The smallest recorded value, to within a bucket, that at least <paramref name="percent"/> of all values do not exceed.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <returns>The upper end of the bucket, never above <see cref="Max"/>; 0 when there is no value.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is outside 0 to 100.</exception>
    public long Percentile(double percent)
    {
        if (percent is not (>= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "a percentile lies between 0 and 100");
        }

        long wanted = Math.Max(1, (long)Math.Ceiling(Count * (percent / 100)));
        long seen = 0;
        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            seen += Volatile.Read(ref _counts[bucket]);
            if (seen >= wanted)
            {
                return Math.Min(UpperEnd(bucket), Max);
            }
        }

        return Max;
    }

    /// <summary>Adds everything another histogram has counted.</summary>
    /// <exception cref="ArgumentException">It has buckets of another width.</exception>
    public void Add(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._partBits != _partBits)
        {
            throw new ArgumentException("the histograms cut powers of two into different parts", nameof(other));
        }

        for (int bucket = 0; bucket < _counts.Length; bucket++)
        {
            _counts[bucket] += other._counts[bucket];
        }

        _sum += other._sum;
        _max = Math.Max(_max, other._max);
        _min = Math.Min(_min, other._min);
        _count += other._count;
    }

    /// <summary>Forgets all values.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        _sum = 0;
        _max = 0;
        _min = long.MaxValue;
        _count = 0;
    }

    // A value below the number of parts is its own bucket. Otherwise that many bits under the leading one choose the part, and the
    // leading one's place the power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int BucketOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value) - _partBits);
        return (shift << _partBits) + (int)(value >> shift);
    }

    private long UpperEnd(int bucket)
    {
        int shift = Math.Max(0, (bucket >> _partBits) - 1);
        long part = bucket - ((long)shift << _partBits);
        return ((part + 1) << shift) - 1;
    }
}
