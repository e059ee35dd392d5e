using PollIO.Capture;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>A capture in memory, so that no lcore waits for a disk.</summary>
internal sealed class Recording
{
    // What one array holds.
    private const long MaxBytes = 2_000_000_000;

    private readonly byte[] _bytes;
    private readonly int[] _starts;
    private readonly long[] _gaps;

    private Recording(byte[] bytes, int[] starts, long[] gaps, int maxSize, long truncated, bool hasTimes)
    {
        _bytes = bytes;
        _starts = starts;
        _gaps = gaps;
        MaxSize = maxSize;
        Truncated = truncated;
        HasTimes = hasTimes;
    }

    internal int Count => _gaps.Length;

    internal long Bytes => _starts[^1];

    /// <summary>Bytes of the longest frame.</summary>
    internal int MaxSize { get; }

    /// <summary>Frames that were not captured whole; what there is of them is sent.</summary>
    internal long Truncated { get; }

    /// <summary>Whether every frame has a time stamp.</summary>
    internal bool HasTimes { get; }

    /// <summary>Reads a whole capture.</summary>
    /// <exception cref="PollIOException">It cannot be read to its end, is empty, or is too large.</exception>
    internal static Recording Load(string path)
    {
        using CaptureReader reader = CaptureReader.Open(path);
        using var bytes = new MemoryStream();
        List<int> starts = [0];
        List<long> times = [];
        (int maxSize, long truncated, bool hasTimes, long latest) = (0, 0, true, long.MinValue);
        while (reader.TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            if (bytes.Length + data.Length > MaxBytes)
            {
                throw new PollIOException("replay capture", path, $"holds more than {MaxBytes} bytes of packets", remedy: "cut it, for example with editcap -c");
            }

            bytes.Write(data);
            starts.Add((int)bytes.Length);
            maxSize = Math.Max(maxSize, data.Length);
            truncated += record.CapturedLength < record.OriginalLength ? 1 : 0;
            hasTimes &= record.HasTimestamp;

            // Captures of several interfaces are seldom quite in order; a frame of the past is due at once.
            latest = Math.Max(latest, record.TimestampNs);
            times.Add(latest);
        }

        if (reader.Error is not null)
        {
            throw reader.Error;
        }

        return times.Count == 0
            ? throw new PollIOException("replay capture", path, "there is no packet in it")
            : new Recording(bytes.ToArray(), [.. starts], GapsOf(times), maxSize, truncated, hasTimes);
    }

    internal ReadOnlySpan<byte> Frame(int index) => _bytes.AsSpan(_starts[index].._starts[index + 1]);

    /// <summary>Nanoseconds from a frame to the one after it; after the last, the mean gap, so that rounds keep their distance.</summary>
    internal long GapAfter(int index) => _gaps[index];

    private static long[] GapsOf(List<long> times)
    {
        var gaps = new long[times.Count];
        for (int i = 0; i + 1 < gaps.Length; i++)
        {
            gaps[i] = times[i + 1] - times[i];
        }

        gaps[^1] = gaps.Length == 1 ? 0 : (times[^1] - times[0]) / (gaps.Length - 1);
        return gaps;
    }
}
