namespace PollIO.Tests.Memory;

[Trait("tier", "unit")]
public sealed class OffsetSpaceMerges
{
    [Fact]
    public void PartsComeInOrderUntilTheSpaceIsUsedUp()
    {
        var space = new OffsetSpace(10);

        Assert.Equal(0, space.Take(4));
        Assert.Equal(4, space.Take(4));
        Assert.Equal(-1, space.Take(4));
        Assert.Equal(8, space.Take(2));
        Assert.Equal(-1, space.Take(1));
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 0, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public void ReturnedNeighboursBecomeOnePartInAnyOrder(int first, int second, int third)
    {
        var space = new OffsetSpace(12);
        Assert.Equal(0, space.Take(4));
        Assert.Equal(4, space.Take(4));
        Assert.Equal(8, space.Take(4));

        foreach (int part in new[] { first, second, third })
        {
            space.Return(part * 4, 4);
        }

        Assert.Equal(0, space.Take(12));
    }

    [Fact]
    public void RandomTakesAndReturnsNeverOverlap()
    {
        var random = new Random(1);
        var space = new OffsetSpace(1000);
        List<(long Offset, long Length)> taken = [];
        for (int i = 0; i < 20_000; i++)
        {
            long length = random.Next(1, 60);
            long offset = random.Next(2) == 0 ? space.Take(length) : -1;
            if (offset >= 0)
            {
                Assert.DoesNotContain(taken, part => offset < part.Offset + part.Length && part.Offset < offset + length);
                Assert.InRange(offset, 0, 1000 - length);
                taken.Add((offset, length));
            }
            else if (taken.Count > 0)
            {
                int index = random.Next(taken.Count);
                space.Return(taken[index].Offset, taken[index].Length);
                taken.RemoveAt(index);
            }
        }

        taken.ForEach(part => space.Return(part.Offset, part.Length));
        Assert.Equal(0, space.Take(1000));
    }
}
