namespace PollIO.Apps.Common.Lanes;

/// <summary>
/// What one lcore does with one queue of a port or a pair. The lcore that polls it writes the counters; they are final when the
/// lcore has ended.
/// </summary>
internal abstract class Lane(RxQueue? rx, TxQueue? tx)
{
    // Between them a cache line and its neighbour on either side: other lcores' lanes lie next to this one.
    private LaneCounters _counters;

    /// <summary>The queue received from, or null.</summary>
    internal RxQueue? Rx { get; } = rx;

    /// <summary>The queue sent to, or null.</summary>
    internal TxQueue? Tx { get; } = tx;

    /// <summary>Packets the lane dropped: refused by a full TX ring, or not to be sent at all.</summary>
    internal long Dropped => Volatile.Read(ref _counters.Dropped);

    /// <summary>Whether the lane's source has come to its end.</summary>
    internal virtual bool IsCompleted => Rx?.Completion != null;

    /// <summary>Frees what the lane still holds, once its lcore has ended.</summary>
    internal virtual void Release()
    {
    }

    protected void CountDropped(int packets) => Volatile.Write(ref _counters.Dropped, _counters.Dropped + packets);
}
