using System.Globalization;

namespace PollIO.Apps.Common.Plotting;

/// <summary>Where values stand on an axis, from 0 at its lower end to 1 at its upper, and which of them are labelled.</summary>
internal sealed class PlotScale
{
    private const int FewDecades = 3;
    private const int MostSteps = 6;

    private readonly double _lowest;
    private readonly double _highest;
    private readonly bool _isLogarithmic;

    private PlotScale(double lowest, double highest, bool isLogarithmic, double[] ticks)
    {
        _lowest = lowest;
        _highest = highest;
        _isLogarithmic = isLogarithmic;
        Ticks = [.. ticks.Select(tick => (tick, tick.ToString("#,0.######", CultureInfo.InvariantCulture)))];
    }

    /// <summary>Values that are labelled, from the lowest.</summary>
    internal IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>From zero to a round value.</summary>
    /// <param name="highest">The largest value to be drawn.</param>
    internal static PlotScale Linear(double highest)
    {
        if (highest <= 0)
        {
            highest = 1;
        }

        double step = NiceAbove(highest / MostSteps);
        int steps = (int)Math.Ceiling((highest / step) - 1e-9);
        return new PlotScale(0, steps * step, isLogarithmic: false, [.. Enumerable.Range(0, steps + 1).Select(i => i * step)]);
    }

    /// <summary>Logarithmic, between values that begin with 1, 2 or 5; every decade is labelled, and 2 and 5 in it where there is room.</summary>
    /// <param name="lowest">The smallest value to be drawn, above 0.</param>
    /// <param name="highest">The largest.</param>
    internal static PlotScale Logarithmic(double lowest, double highest)
    {
        (double low, double high) = (Math.Log10(NiceBelow(lowest)), Math.Log10(NiceAbove(highest)));
        if (high - low < 1e-9)
        {
            high = Math.Log10(NiceAbove(highest * 1.01));
        }

        int[] digits = high - low <= FewDecades ? [1, 2, 5] : [1];
        var ticks = new List<double>();
        for (int decade = (int)Math.Floor(low); decade <= Math.Ceiling(high); decade++)
        {
            ticks.AddRange(digits.Select(digit => digit * Math.Pow(10, decade)).Where(value => Math.Log10(value) >= low - 1e-9 && Math.Log10(value) <= high + 1e-9));
        }

        return new PlotScale(low, high, isLogarithmic: true, [.. ticks]);
    }

    /// <summary>Where a value stands; values beyond an end stand at it.</summary>
    internal double Share(double value)
    {
        double place = !_isLogarithmic ? value : value > 0 ? Math.Log10(value) : _lowest;
        return Math.Clamp((place - _lowest) / (_highest - _lowest), 0, 1);
    }

    private static double NiceBelow(double value) => Nice(value).Last(nice => nice <= value * (1 + 1e-9));

    private static double NiceAbove(double value) => Nice(value).First(nice => nice >= value * (1 - 1e-9));

    private static double[] Nice(double value)
    {
        double decade = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return [decade / 2, decade, decade * 2, decade * 5, decade * 10];
    }
}
