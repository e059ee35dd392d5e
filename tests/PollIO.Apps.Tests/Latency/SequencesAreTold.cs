using PollIO.Apps.Latency.Measuring;

namespace PollIO.Apps.Tests.Latency;

public sealed class SequencesAreTold
{
    [Theory]
    [InlineData("0 1 2 3", 4, 0, 0)]
    [InlineData("3", 1, 0, 0)]
    [InlineData("0 2 1 3", 4, 0, 1)]
    [InlineData("0 0 1 1 1", 2, 3, 0)]
    [InlineData("5 4 3 2 1 0", 6, 0, 5)]
    [InlineData("0 2 1 1 0 2", 3, 3, 1)]
    [InlineData("63 64 0 127 128 63", 5, 1, 1)]
    [InlineData("1000 999 1000 999", 2, 2, 1)]
    public void ReceivedDuplicatesAndReordered(string sequence, long received, long duplicates, long reordered)
    {
        var tracker = new SequenceTracker();
        foreach (string number in sequence.Split(' '))
        {
            tracker.Add(long.Parse(number));
        }

        Assert.Equal((received, duplicates, reordered, 0), (tracker.Received, tracker.Duplicates, tracker.Reordered, tracker.TooLate));
    }

    [Fact]
    public void RandomOrderAgreesWithASet()
    {
        var random = new Random(4);
        var tracker = new SequenceTracker();
        var seen = new HashSet<long>();
        (long duplicates, long reordered, long highest) = (0, 0, -1);
        for (long i = 0; i < 200_000; i++)
        {
            long number = Math.Max(0, i + random.Next(-300, 300));
            bool fresh = seen.Add(number);
            duplicates += fresh ? 0 : 1;
            reordered += fresh && number < highest ? 1 : 0;
            highest = Math.Max(highest, number);
            Assert.Equal(fresh, tracker.Add(number));
        }

        Assert.Equal((seen.Count, duplicates, reordered), (tracker.Received, tracker.Duplicates, tracker.Reordered));
    }

    [Fact]
    public void WindowIsUsedAgainCleanly()
    {
        var tracker = new SequenceTracker();
        const long Window = 1 << 24;
        tracker.Add(5);
        tracker.Add(Window + 100);
        Assert.True(tracker.Add(Window + 5));
        Assert.False(tracker.Add(5));
        tracker.Add(Window * 10);
        Assert.True(tracker.Add((Window * 10) - 3));

        Assert.Equal((5, 0, 1), (tracker.Received, tracker.Duplicates, tracker.TooLate));
    }
}
