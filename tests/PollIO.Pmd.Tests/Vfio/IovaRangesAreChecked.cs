using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "unit")]
public sealed class IovaRangesAreChecked
{
    [Theory]
    [InlineData(0ul, 0xfedffffful, true)]
    [InlineData(0xfedf_f000ul, 0xfee0_0000ul, false)]
    [InlineData(0xfee0_0000ul, 0xfee0_0ffful, false)]
    [InlineData(0xfef0_0000ul, 0x7f_ffff_fffful, true)]
    [InlineData(0x7f_ffff_0000ul, 0x80_0000_0000ul, false)]
    [InlineData(0ul, 0x7f_ffff_fffful, false)]
    public void OnlyWhatLiesInOneRangeIsTranslated(ulong first, ulong last, bool expected) => Assert.Equal(expected, TwoRanges().Translates(first, last));

    [Fact]
    public void RangesAreNamed() => Assert.Equal("0x0-0xfedfffff, 0xfef00000-0x7fffffffff", TwoRanges().DescribeRanges());

    [Fact]
    public void KernelThatSaysNothingOrTooMuchDecidesItself()
    {
        Assert.True(default(IommuInfo).Translates(0, ulong.MaxValue));
        IommuInfo many = TwoRanges();
        many.RangeCount = IommuInfo.MaxRanges + 1;
        Assert.True(many.Translates(0, ulong.MaxValue));
    }

    private static IommuInfo TwoRanges()
    {
        IommuInfo info = default;
        info.RangeCount = 2;
        info.Ranges[0] = new IommuInfo.IovaRange { First = 0, Last = 0xfedfffff };
        info.Ranges[1] = new IommuInfo.IovaRange { First = 0xfef00000, Last = 0x7fffffffff };
        return info;
    }
}
