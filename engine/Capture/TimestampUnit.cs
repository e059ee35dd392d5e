namespace PollIO.Capture;

/// <summary>
/// Converts time stamps counted in an interface's units to nanoseconds since 1970. The unit is 10^-n or 2^-n seconds with n up to 127,
/// the offset any 64-bit number of seconds (draft-ietf-opsawg-pcapng §4.2), so intermediate results take up to 94 bits.
/// </summary>
internal readonly struct TimestampUnit
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const int NanosecondDigits = 9;

    // The largest power of ten in 64 bits; a count of units of 64 bits divided by a larger one is 0.
    private const int MaxDivisorDigits = 19;

    private readonly Conversion _conversion;
    private readonly ulong _factor;
    private readonly int _shift;
    private readonly Int128 _offsetNs;

    private TimestampUnit(Conversion conversion, ulong factor, int shift, long offsetSeconds)
    {
        _conversion = conversion;
        _factor = factor;
        _shift = shift;
        _offsetNs = (Int128)offsetSeconds * NanosecondsPerSecond;
    }

    private enum Conversion
    {
        Multiply,
        Divide,
        Shift,
        Vanish,
    }

    /// <summary>The unit that an if_tsresol byte and an if_tsoffset describe.</summary>
    internal static TimestampUnit From(byte resolution, long offsetSeconds)
    {
        int exponent = resolution & ~PcapngSpec.BinaryResolutionFlag;
        if ((resolution & PcapngSpec.BinaryResolutionFlag) != 0)
        {
            return new TimestampUnit(Conversion.Shift, 0, exponent, offsetSeconds);
        }

        return (exponent - NanosecondDigits) switch
        {
            <= 0 => new TimestampUnit(Conversion.Multiply, PowerOfTen(NanosecondDigits - exponent), 0, offsetSeconds),
            <= MaxDivisorDigits => new TimestampUnit(Conversion.Divide, PowerOfTen(exponent - NanosecondDigits), 0, offsetSeconds),
            _ => new TimestampUnit(Conversion.Vanish, 0, 0, offsetSeconds),
        };
    }

    /// <summary>Converts <paramref name="units"/>, rounding towards the past; false, and 0, when the result does not fit 64 bits.</summary>
    internal bool TryToNanoseconds(ulong units, out long nanoseconds)
    {
        if (_conversion == Conversion.Multiply && _offsetNs == 0)
        {
            ulong high = Math.BigMul(units, _factor, out ulong low);
            bool fits = high == 0 && low <= long.MaxValue;
            nanoseconds = fits ? (long)low : 0;
            return fits;
        }

        return TryToNanosecondsSlow(units, out nanoseconds);
    }

    private bool TryToNanosecondsSlow(ulong units, out long nanoseconds)
    {
        UInt128 sinceOffset = _conversion switch
        {
            Conversion.Multiply => (UInt128)units * _factor,
            Conversion.Divide => units / _factor,
            Conversion.Shift => ((UInt128)units * NanosecondsPerSecond) >> _shift,
            _ => 0,
        };
        Int128 total = (Int128)sinceOffset + _offsetNs;
        bool fits = total >= long.MinValue && total <= long.MaxValue;
        nanoseconds = fits ? (long)total : 0;
        return fits;
    }

    private static ulong PowerOfTen(int digits)
    {
        ulong power = 1;
        for (int i = 0; i < digits; i++)
        {
            power *= 10;
        }

        return power;
    }
}
