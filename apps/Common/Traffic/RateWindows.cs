namespace PollIO.Apps.Common.Traffic;

/// <summary>
/// How evenly a sender keeps its rate: what it sent in each window of 10 ms, against what it should have. One lcore counts; the numbers
/// are final when it has ended.
/// </summary>
internal sealed class RateWindows
{
    /// <summary>Deviation up to which a window counts as kept.</summary>
    internal const double Tolerance = 0.05;

    internal static readonly TimeSpan Width = TimeSpan.FromMilliseconds(10);

    // Below it, one packet more or less is no deviation of the rate.
    private const double MinPackets = 40;

    private readonly double _ticks;
    private readonly double _expected;
    private readonly bool _countsBits;
    private long _start;
    private long _window;
    private long _sent;
    private double _total;

    private RateWindows(Rate rate)
    {
        _ticks = Width.TotalSeconds * Tsc.Frequency;
        _expected = rate.PerSecond * Width.TotalSeconds;
        _countsBits = rate.Unit == RateUnit.Bits;
    }

    /// <summary>Windows that have ended.</summary>
    internal long Count { get; private set; }

    /// <summary>Those within <see cref="Tolerance"/>.</summary>
    internal long Kept { get; private set; }

    /// <summary>The deviation farthest from zero, as a share: 0.5 is half too much.</summary>
    internal double Worst { get; private set; }

    /// <summary>How far all of them together are off, as a share.</summary>
    internal double Average => Count == 0 ? 0 : (_total / (Count * _expected)) - 1;

    /// <summary>Windows for a rate, or null when its windows would hold too few packets to say anything.</summary>
    /// <param name="rate">The rate of one sender.</param>
    /// <param name="size">Mean bytes of a packet.</param>
    internal static RateWindows? For(Rate rate, double size) =>
        !rate.IsUnlimited && rate.PacketsPerSecond(size) * Width.TotalSeconds >= MinPackets ? new RateWindows(rate) : null;

    /// <summary>The first window begins.</summary>
    internal void Start(long now) => _start = now;

    /// <summary>Counts what was sent.</summary>
    /// <param name="now">When it was sent.</param>
    /// <param name="packets">Packets.</param>
    /// <param name="bytes">Their bytes.</param>
    internal void Add(long now, int packets, long bytes)
    {
        long window = (long)((now - _start) / _ticks);
        while (_window < window)
        {
            End();
        }

        _sent += _countsBits ? bytes * 8 : packets;
    }

    private void End()
    {
        double deviation = (_sent / _expected) - 1;
        Count++;
        Kept += Math.Abs(deviation) <= Tolerance ? 1 : 0;
        Worst = Math.Abs(deviation) > Math.Abs(Worst) ? deviation : Worst;
        _total += _sent;
        _sent = 0;
        _window++;
    }
}
