namespace PollIO.Apps.Common.Traffic;

/// <summary>
/// Says when the next packet is due, in TSC ticks. Times follow from the start and from what was sent, never from when it was sent: a
/// sender that comes late catches up, and the average is the rate asked for.
/// </summary>
internal struct Pacer
{
    private readonly double _perPacket;
    private readonly double _perBit;
    private readonly double _perNanosecond;
    private readonly double _maxLag;
    private long _start;
    private double _next;

    private Pacer(double perPacket, double perBit, double perNanosecond, double maxLag)
    {
        _perPacket = perPacket;
        _perBit = perBit;
        _perNanosecond = perNanosecond;
        _maxLag = maxLag;
    }

    /// <summary>When the next packet is due.</summary>
    internal readonly long Due => _start + (long)_next;

    /// <summary>Ticks a sender was so late that they were given up.</summary>
    internal double Forgiven { get; private set; }

    /// <summary>Paces by packets or bits.</summary>
    /// <param name="rate">How much a second; not unlimited.</param>
    /// <param name="maxLag">How far a sender may be behind and still catch up.</param>
    internal static Pacer At(Rate rate, TimeSpan maxLag)
    {
        (double perPacket, double perBit) = rate.Ticks;
        return new Pacer(perPacket, perBit, 0, maxLag.TotalSeconds * Tsc.Frequency);
    }

    /// <summary>Paces by the gaps that come with packets.</summary>
    /// <param name="speed">How many times faster than the gaps say.</param>
    /// <param name="maxLag">How far a sender may be behind and still catch up.</param>
    internal static Pacer Recorded(double speed, TimeSpan maxLag) =>
        new(0, 0, Tsc.Frequency / 1e9 / speed, maxLag.TotalSeconds * Tsc.Frequency);

    /// <summary>The first packet is due now.</summary>
    internal void Start(long now)
    {
        _start = now;
        _next = 0;
    }

    internal readonly bool IsDue(long now) => _next <= now - _start;

    /// <summary>Goes on to the next packet.</summary>
    /// <param name="size">Bytes of this one.</param>
    /// <param name="gap">Nanoseconds the next came after this one, when it was recorded.</param>
    internal void Advance(int size, long gap) => _next += _perPacket + (_perBit * (size * 8)) + (_perNanosecond * gap);

    /// <summary>Gives up what can no longer be caught up with.</summary>
    internal void Forgive(long now)
    {
        double lag = now - _start - _next;
        if (lag > _maxLag)
        {
            Forgiven += lag - _maxLag;
            _next += lag - _maxLag;
        }
    }
}
