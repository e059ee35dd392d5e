using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.Virtio;

public sealed class NotificationsSurviveWraps
{
    /// <summary>An index that moves from <c>before</c> to <c>now</c> passes the events <c>before</c> to <c>now - 1</c>, wherever the numbers wrap.</summary>
    [Fact]
    public void SplitEventsAreThoseTheIndexPassed()
    {
        var random = new Random(1);
        for (int round = 0; round < 100_000; round++)
        {
            int before = random.Next(0x10000), moved = random.Next(1, 0x8000), ahead = random.Next(0x10000);
            bool due = RingEvents.IsDue((ushort)(before + ahead), (ushort)(before + moved), (ushort)before);

            Assert.Equal(ahead < moved, due);
        }
    }

    [Theory]
    [InlineData(0xffff, 0x0000, 0xffff, true)]
    [InlineData(0x0000, 0x0000, 0xffff, false)]
    [InlineData(0xfffe, 0x0001, 0xffff, false)]
    [InlineData(0x0000, 0x0001, 0xffff, true)]
    public void SplitEventsAtTheWrap(int wanted, int now, int before, bool due) =>
        Assert.Equal(due, RingEvents.IsDue((ushort)wanted, (ushort)now, (ushort)before));

    [Theory]
    [InlineData(2u)]
    [InlineData(256u)]
    [InlineData(32768u)]
    public void PackedEventsAreThosePassedInTheirLap(uint size)
    {
        var random = new Random((int)size);
        for (int round = 0; round < 100_000; round++)
        {
            uint before = (uint)random.NextInt64(uint.MaxValue), moved = (uint)random.Next(1, (int)size + 1), ahead = (uint)random.Next(0, 2 * (int)size);
            var wish = new PackedEvent
            {
                Flags = VirtioSpec.RING_EVENT_FLAGS_DESC,
                OffsetWrap = RingEvents.ToOffsetWrap(before + ahead, size),
            };

            Assert.Equal(ahead < moved, RingEvents.IsDue(wish, before + moved, before, size));
        }
    }

    [Fact]
    public void PackedFlagsSwitchNotificationsOnAndOff()
    {
        Assert.False(RingEvents.IsDue(new PackedEvent { Flags = VirtioSpec.RING_EVENT_FLAGS_DISABLE }, 1, 0, 4));
        Assert.True(RingEvents.IsDue(new PackedEvent { Flags = VirtioSpec.RING_EVENT_FLAGS_ENABLE }, 1, 0, 4));
        Assert.True(RingEvents.IsDue(new PackedEvent { Flags = 3 }, 1, 0, 4));
    }
}
