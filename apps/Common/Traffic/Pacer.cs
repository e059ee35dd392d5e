namespace PollIO.Apps.Common.Traffic;

/// <summary>
/// Says when the next packet is due, in TSC ticks. Times follow from the start and from what was sent, never from when it was sent: a
/// sender that comes late catches up, and the average is the rate asked for.
/// </summary>
/// <remarks>
/// A sender can be held up: its CPU was taken away, or the port took nothing. Where evenness matters, what was missed in a window of
/// <see cref="RateWindows.Width"/> is sent at once in the rest of that window, which then still holds what it should. What was missed in
/// windows that are over is spread over later ones, 4% more in each, so that they stay within <see cref="RateWindows.Tolerance"/>. Once
/// half a window's worth is missing there is no evenness to be saved, and all of it is sent at once for the sake of the average.
/// </remarks>
internal struct Pacer
{
    // Below the tolerance by what a burst on a window's edge may add.
    private const double CatchUpShare = 0.04;

    private readonly double _perPacket;
    private readonly double _perBit;
    private readonly double _perNanosecond;
    private readonly double _maxLag;

    // Ticks of a window, or 0 where what was missed is always sent at once.
    private readonly double _window;
    private long _start;
    private double _next;
    private double _windowStart;
    private double _missed;

    private Pacer(double perPacket, double perBit, double perNanosecond, TimeSpan maxLag, TimeSpan window)
    {
        _perPacket = perPacket;
        _perBit = perBit;
        _perNanosecond = perNanosecond;
        _maxLag = maxLag.TotalSeconds * Tsc.Frequency;
        _window = window.TotalSeconds * Tsc.Frequency;
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
        return new Pacer(perPacket, perBit, 0, maxLag, TimeSpan.Zero);
    }

    /// <summary>Paces by packets or bits, and catches up without upsetting later windows.</summary>
    /// <param name="rate">How much a second; not unlimited.</param>
    /// <param name="maxLag">How far a sender may be behind and still catch up.</param>
    internal static Pacer EvenlyAt(Rate rate, TimeSpan maxLag)
    {
        (double perPacket, double perBit) = rate.Ticks;
        return new Pacer(perPacket, perBit, 0, maxLag, RateWindows.Width);
    }

    /// <summary>Paces by the gaps that come with packets.</summary>
    /// <param name="speed">How many times faster than the gaps say.</param>
    /// <param name="maxLag">How far a sender may be behind and still catch up.</param>
    internal static Pacer Recorded(double speed, TimeSpan maxLag) => new(0, 0, Tsc.Frequency / 1e9 / speed, maxLag, TimeSpan.Zero);

    /// <summary>The first packet is due now.</summary>
    internal void Start(long now)
    {
        _start = now;
        _next = _windowStart = _missed = 0;
    }

    internal readonly bool IsDue(long now) => _next <= now - _start;

    /// <summary>Goes on to the next packet.</summary>
    /// <param name="size">Bytes of this one.</param>
    /// <param name="gap">Nanoseconds the next came after this one, when it was recorded.</param>
    internal void Advance(int size, long gap)
    {
        double ticks = _perPacket + (_perBit * (size * 8)) + (_perNanosecond * gap);
        if (_missed > 0)
        {
            double sooner = Math.Min(_missed, ticks * (CatchUpShare / (1 + CatchUpShare)));
            _missed -= sooner;
            ticks -= sooner;
        }

        _next += ticks;
    }

    /// <summary>Takes note of how late the sender is: spreads what it missed, and gives up what can no longer be caught up with.</summary>
    internal void Observe(long now)
    {
        double elapsed = now - _start;
        if (_window > 0 && elapsed >= _windowStart + _window)
        {
            EnterWindow(elapsed);
        }

        double lag = elapsed - _next;
        if (lag > _maxLag)
        {
            Forgiven += lag - _maxLag;
            _next += lag - _maxLag;
        }
    }

    private void EnterWindow(double elapsed)
    {
        _windowStart = Math.Floor(elapsed / _window) * _window;
        double behind = _windowStart - _next;
        if (behind <= 0)
        {
            return;
        }

        if (_missed + behind <= _window / 2)
        {
            _missed += behind;
            _next = _windowStart;
        }
        else
        {
            _next -= _missed;
            _missed = 0;
        }
    }
}
