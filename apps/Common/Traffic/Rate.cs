using System.Globalization;
using PollIO.Apps.Common.CommandLine;

namespace PollIO.Apps.Common.Traffic;

/// <summary>How much is to be sent in a second.</summary>
/// <param name="Unit">What is counted.</param>
/// <param name="PerSecond">How many of them.</param>
internal readonly record struct Rate(RateUnit Unit, double PerSecond)
{
    private const double Max = 1e12;

    private static readonly (string Suffix, double Factor)[] s_factors = [("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1)];

    internal static Rate Unlimited => default;

    internal bool IsUnlimited => Unit == RateUnit.Unlimited;

    /// <summary>TSC ticks from one packet to the next: for each packet, and for each of its bits.</summary>
    internal (double PerPacket, double PerBit) Ticks => Unit switch
    {
        RateUnit.Packets => (Tsc.Frequency / PerSecond, 0),
        RateUnit.Bits => (0, Tsc.Frequency / PerSecond),
        _ => (0, 0),
    };

    /// <summary>Reads <c>max</c>, <c>2.5Mpps</c>, <c>1Gbps</c>.</summary>
    /// <exception cref="UsageException">The text is none of these.</exception>
    internal static Rate Parse(string name, string text)
    {
        if (text == "max")
        {
            return Unlimited;
        }

        foreach ((string ending, RateUnit unit) in (ReadOnlySpan<(string, RateUnit)>)[("pps", RateUnit.Packets), ("bps", RateUnit.Bits)])
        {
            if (text.EndsWith(ending, StringComparison.Ordinal) && TryParseNumber(text[..^ending.Length], out double perSecond))
            {
                return new Rate(unit, perSecond);
            }
        }

        throw new UsageException($"{name} {text}: 'max', packets or bits per second are wanted, for example 2.5Mpps or 1Gbps");
    }

    /// <summary>One of <paramref name="parts"/> equal parts.</summary>
    internal Rate Share(int parts) => this with { PerSecond = PerSecond / parts };

    /// <summary>Packets of <paramref name="size"/> bytes in a second; infinite when unlimited.</summary>
    internal double PacketsPerSecond(double size) => Unit switch
    {
        RateUnit.Packets => PerSecond,
        RateUnit.Bits => PerSecond / (size * 8),
        _ => double.PositiveInfinity,
    };

    public override string ToString()
    {
        if (IsUnlimited)
        {
            return "max";
        }

        double perSecond = PerSecond;
        (string suffix, double factor) = s_factors.First(entry => perSecond >= entry.Factor || entry.Factor == 1);
        return $"{(perSecond / factor).ToString("0.######", CultureInfo.InvariantCulture)}{suffix}{(Unit == RateUnit.Packets ? "pps" : "bps")}";
    }

    private static bool TryParseNumber(string text, out double number)
    {
        foreach ((string suffix, double factor) in s_factors)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number)
                && number * factor is > 0 and <= Max)
            {
                number *= factor;
                return true;
            }
        }

        number = 0;
        return false;
    }
}
