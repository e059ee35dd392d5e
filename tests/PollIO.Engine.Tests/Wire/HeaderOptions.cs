namespace PollIO.Tests.Wire;

public sealed class HeaderOptions
{
    [Fact]
    public void NoOperationsAreSkippedAndEndOfListEnds()
    {
        HeaderOptionReader reader = new([1, 1, 8, 4, 0xaa, 0xbb, 1, 4, 2, 0, 5, 2]);

        Assert.True(reader.TryRead(out HeaderOption first));
        Assert.Equal(8, first.Kind);
        Assert.Equal([0xaa, 0xbb], first.Data.ToArray());
        Assert.True(reader.TryRead(out HeaderOption second));
        Assert.Equal(4, second.Kind);
        Assert.True(second.Data.IsEmpty);
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.IsMalformed);
    }

    [Theory]
    [InlineData(new byte[] { 8 })]
    [InlineData(new byte[] { 8, 0 })]
    [InlineData(new byte[] { 8, 1, 0, 0 })]
    [InlineData(new byte[] { 1, 8, 4, 0 })]
    public void ImpossibleLengthEndsTheWalk(byte[] options)
    {
        HeaderOptionReader reader = new(options);

        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsMalformed);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void NothingIsNoOption()
    {
        HeaderOptionReader reader = new([]);

        Assert.False(reader.TryRead(out _));
        Assert.False(reader.IsMalformed);
    }
}
