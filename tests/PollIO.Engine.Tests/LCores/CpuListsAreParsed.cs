namespace PollIO.Tests.LCores;

public sealed class CpuListsAreParsed
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("1,2,4-6", new[] { 1, 2, 4, 5, 6 })]
    [InlineData(" 3 , 1 ", new[] { 3, 1 })]
    [InlineData("5-5", new[] { 5 })]
    [InlineData("1023", new[] { 1023 })]
    public void ListIsReadInItsOrder(string text, int[] cpus)
    {
        Assert.Equal(cpus, CpuSet.Parse(text));
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("1,,2", "''")]
    [InlineData("1,", "''")]
    [InlineData("-", "'-'")]
    [InlineData("-1", "'-1'")]
    [InlineData("2-1", "'2-1'")]
    [InlineData("1-2-3", "'1-2-3'")]
    [InlineData("1-", "'1-'")]
    [InlineData("a", "'a'")]
    [InlineData("1 2", "'1 2'")]
    [InlineData("0x1", "'0x1'")]
    [InlineData("1.5", "'1.5'")]
    [InlineData("1024", "'1024'")]
    [InlineData("0-4294967296", "'0-4294967296'")]
    [InlineData("1,1", "twice")]
    [InlineData("0-3,2", "twice")]
    public void AnythingElseIsRefusedWithThePartThatIsWrong(string text, string part)
    {
        Assert.Contains(part, Assert.Throws<FormatException>(() => CpuSet.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CurrentCpusAreSomeAndAscending()
    {
        IReadOnlyList<int> cpus = CpuSet.GetCurrent();

        Assert.NotEmpty(cpus);
        Assert.Equal(cpus.Order().Distinct(), cpus);
    }
}
