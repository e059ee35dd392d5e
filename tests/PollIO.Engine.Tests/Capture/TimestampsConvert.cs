using System.Numerics;
using PollIO.Capture;

namespace PollIO.Tests.Capture;

public sealed class TimestampsConvert
{
    private static readonly ulong[] Counts =
    [
        0, 1, 2, 999, 1_000_000_007, uint.MaxValue, 1_700_000_000_123_456_789,
        long.MaxValue, (ulong)long.MaxValue + 1, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    private static readonly long[] Offsets = [0, 1, -1, 86_400, -2_208_988_800, 9_223_372_036, -9_223_372_037, long.MaxValue, long.MinValue];

    [Fact]
    public void EveryResolutionAgreesWithExactArithmetic()
    {
        for (int resolution = 0; resolution <= byte.MaxValue; resolution++)
        {
            foreach (long offset in Offsets)
            {
                TimestampUnit unit = TimestampUnit.From((byte)resolution, offset);
                foreach (ulong count in Counts)
                {
                    BigInteger exact = Exact((byte)resolution, offset, count);
                    bool fits = exact >= long.MinValue && exact <= long.MaxValue;

                    Assert.Equal(fits, unit.TryToNanoseconds(count, out long nanoseconds));
                    Assert.Equal(fits ? (long)exact : 0, nanoseconds);
                }
            }
        }
    }

    [Theory]
    [InlineData(0x00, 5, 5_000_000_000)]
    [InlineData(0x03, 5, 5_000_000)]
    [InlineData(0x06, 5, 5_000)]
    [InlineData(0x09, 5, 5)]
    [InlineData(0x0C, 5_999, 5)]
    [InlineData(0x80, 5, 5_000_000_000)]
    [InlineData(0x8A, 1024, 1_000_000_000)]
    [InlineData(0xA0, 1L << 31, 500_000_000)]
    [InlineData(0xFF, 5, 0)]
    public void KnownValues(byte resolution, ulong units, long expected)
    {
        Assert.True(TimestampUnit.From(resolution, 0).TryToNanoseconds(units, out long nanoseconds));
        Assert.Equal(expected, nanoseconds);
    }

    private static BigInteger Exact(byte resolution, long offset, ulong count)
    {
        int exponent = resolution & 0x7F;
        BigInteger divisor = BigInteger.Pow((resolution & 0x80) != 0 ? 2 : 10, exponent);
        return (count * new BigInteger(1_000_000_000) / divisor) + (new BigInteger(offset) * 1_000_000_000);
    }
}
