namespace PollIO;

/// <summary>A reading of one queue's, or the sum of several queues', counters.</summary>
public sealed class QueueStatistics
{
    private readonly long[] _drops;

    internal QueueStatistics(long packets, long bytes, long errors, long copied, long[] drops)
    {
        Packets = packets;
        Bytes = bytes;
        Errors = errors;
        Copied = copied;
        _drops = drops;
    }

    /// <summary>Packets moved.</summary>
    public long Packets { get; }

    /// <summary>Bytes moved.</summary>
    public long Bytes { get; }

    /// <summary>Errors the device or system reported.</summary>
    public long Errors { get; }

    /// <summary>Packets copied because their pool was out of reach.</summary>
    public long Copied { get; }

    /// <summary>Packets dropped, all causes.</summary>
    public long Drops => _drops.Sum();

    /// <summary>Packets dropped for <paramref name="cause"/>.</summary>
    public long DropsBy(DropCause cause) => _drops[(int)cause];

    internal static QueueStatistics Sum(IEnumerable<QueueStatistics> queues)
    {
        long packets = 0, bytes = 0, errors = 0, copied = 0;
        var drops = new long[QueueCounters.CauseCount];
        foreach (QueueStatistics queue in queues)
        {
            packets += queue.Packets;
            bytes += queue.Bytes;
            errors += queue.Errors;
            copied += queue.Copied;
            for (int i = 0; i < drops.Length; i++)
            {
                drops[i] += queue._drops[i];
            }
        }

        return new QueueStatistics(packets, bytes, errors, copied, drops);
    }
}
