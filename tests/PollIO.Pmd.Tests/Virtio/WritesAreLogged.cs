using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;
using static PollIO.Pmd.Tests.Virtio.LoggedDevice;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>While a guest is migrated the device marks the pages it writes, those and no others.</summary>
public sealed unsafe class WritesAreLogged
{
    private const ulong Common = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_F_INDIRECT_DESC | VirtioSpec.VIRTIO_F_EVENT_IDX;
    private const ulong Mergeable = VirtioSpec.VIRTIO_NET_F_MRG_RXBUF;
    private const uint Header = 12;

    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void FrameMarksTheBytesItAndItsHeaderTake(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: true);
        bench.Driver.Offer(true, (At(0, Page - Header - 100), 2000));
        bench.Driver.Offer(true, (At(2, Page - Header - 99), 2000));
        bench.Driver.Offer(true, (At(4, 0), 2000));
        bench.TakeMarks();

        bench.Transmit([100, 100]);

        // The third buffer waits, though it was staged.
        bench.AssertMarked([.. bench.RingPages(2), Buffers, Buffers + 2, Buffers + 3]);
        bench.Transmit([60]);
        bench.AssertMarked([.. bench.RingPages(1), Buffers + 4]);
    }

    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void PiecesOfAChainAreMarkedAsFarAsTheyAreWritten(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: true);
        bench.Driver.Offer(true, (At(0, 10), Header), (At(2, 0), 300), (At(4, Page - 50), 1000), (At(7, 0), 1000));
        bench.TakeMarks();

        bench.Transmit([300 + 60]);

        bench.AssertMarked([.. bench.RingPages(4), Buffers, Buffers + 2, Buffers + 4, Buffers + 5]);
    }

    [Theory]
    [InlineData(Common | Mergeable)]
    [InlineData(Common | Mergeable | Packed)]
    public void EveryBufferOfAMergedFrameIsMarked(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: true);
        for (uint i = 0; i < 4; i++)
        {
            bench.Driver.Offer(true, (At(2 * i, 0), 512));
        }

        bench.TakeMarks();

        bench.Transmit([1400]);

        bench.AssertMarked([.. bench.RingPages(3), Buffers, Buffers + 2, Buffers + 4]);
    }

    /// <summary>A buffer over two regions that touch.</summary>
    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void BothRegionsOfABufferAreMarked(ulong features)
    {
        const uint middle = GuardedArena.Length / 2;
        using var bench = new LoggedDevice(features, transmits: true);
        bench.Driver.Offer(true, (middle - 100, 2000));
        bench.TakeMarks();

        bench.Transmit([200]);

        bench.AssertMarked([.. bench.RingPages(1), (middle / Page) - 1, middle / Page]);
    }

    /// <summary>Frames are read where the driver transmits them; all that is written is the ring.</summary>
    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void ReceivedFramesMarkTheRing(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: false);
        bench.Driver.Offer(false, (At(2, 0), 100));
        bench.Driver.Offer(false, (At(0, 0), 100), (At(1, 0), 100));
        bench.TakeMarks();

        Assert.Equal(2, bench.Receive());

        bench.AssertMarked(bench.RingPages(3));
    }

    /// <summary>The ring wraps between its second page and its first; a lap later only what was written last is marked.</summary>
    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void RingsAreMarkedWhereTheyWrap(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: false);
        for (uint position = 0; position < (2 * Size) - 32; position += 32)
        {
            bench.Receive(32);
        }

        bench.TakeMarks();
        for (int i = 0; i < 16; i++)
        {
            bench.Driver.Offer(false, (At(0, 0), 100));
        }

        Assert.Equal(16, bench.Receive());
        bool packed = (features & Packed) != 0;

        // The index is on a split ring's first page.
        bench.AssertMarked(packed ? [1] : [LoggedRing]);
        bench.Receive(32);
        bench.AssertMarked(packed ? [0, 1] : [LoggedRing, LoggedRing + 1]);
        bench.Receive(32);
        bench.AssertMarked(packed ? [0] : [LoggedRing]);
    }

    /// <summary>What the device says of notifications: where a split ring ends with the event index, where it begins without, and apart in a packed one.</summary>
    [Theory]
    [InlineData(Common, 1)]
    [InlineData(Common ^ VirtioSpec.VIRTIO_F_EVENT_IDX, 0)]
    [InlineData(Common | Packed, 0)]
    public void WishesForNotificationsAreMarked(ulong features, int page)
    {
        using var bench = new LoggedDevice(features, transmits: false);
        long[] begins = features == Common ? [LoggedRing, LoggedRing + 1] : [LoggedRing];
        bench.AssertMarked(begins);

        bench.Ring.Arm();
        bench.AssertMarked(LoggedRing + page);
        bench.Ring.Disarm();
        bench.AssertMarked(LoggedRing + page);
    }

    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void BuffersAndRingAreLoggedEachOnItsOwn(ulong features)
    {
        using var bench = new LoggedDevice(features, transmits: true, logsRing: false);
        bench.Driver.Offer(true, (At(3, 0), 2000));
        bench.Transmit([100]);
        bench.AssertMarked(Buffers + 3);

        using var other = new LoggedDevice(features, transmits: true, logsBuffers: false);
        other.Driver.Offer(true, (At(3, 0), 2000));
        other.TakeMarks();
        other.Transmit([100]);
        other.AssertMarked(other.RingPages(1));
    }

    /// <summary>Addresses beyond a log that is too small are counted, a range over its end is marked up to there.</summary>
    [Theory]
    [InlineData(Common)]
    [InlineData(Common | Packed)]
    public void NothingIsMarkedBehindALogThatIsTooSmall(ulong features)
    {
        // It ends, within a word, behind the eighth page from the guest's first one.
        using var bench = new LoggedDevice(features, transmits: true, logLength: TestLog.LengthFor(GuardedArena.Guest) + 1);
        bench.Driver.Offer(true, (At(2, Page - 30), 2000));
        bench.Driver.Offer(true, (At(6, 0), 2000));
        bench.TakeMarks();
        long before = bench.Log.Log.Missed;

        bench.Transmit([100, 100]);

        bench.AssertMarked((features & Packed) != 0 ? [0, Buffers + 2] : [Buffers + 2]);
        bench.Log.AssertNothingBehind();
        long ring = (features & Packed) != 0 ? 0 : 2;
        Assert.Equal(2 + ring, bench.Log.Log.Missed - before);
    }

    /// <summary>The address a peer gives for its ring may be any number.</summary>
    [Theory]
    [InlineData(Common, ulong.MaxValue)]
    [InlineData(Common, ulong.MaxValue - 4097)]
    [InlineData(Common | Packed, ulong.MaxValue - 2)]
    public void AddressesThatWrapAreCounted(ulong features, ulong ringInLog)
    {
        using var bench = new LoggedDevice(features, transmits: true, ringInLog: ringInLog);
        bench.Driver.Offer(true, (At(0, 0), 2000));
        bench.Transmit([100]);
        bench.Ring.Arm();

        Assert.True(bench.Log.Log.Missed > 0);
        Assert.All(bench.TakeMarks(), page => Assert.InRange(page, -(long)(GuardedArena.Guest >> DirtyLog.PageShift), Buffers));
        bench.Log.AssertNothingBehind();
    }

    /// <summary>Whatever a driver writes, no page changes that is not marked.</summary>
    [Theory]
    [InlineData(Common, 1)]
    [InlineData(Common | Mergeable, 2)]
    [InlineData(Common | Packed, 3)]
    [InlineData(Common | Packed | Mergeable, 4)]
    public void NoPageChangesUnmarked(ulong features, int seed)
    {
        var random = new Random(seed);
        long marked = 0;
        for (int round = 0; round < 100; round++)
        {
            using var bench = new LoggedDevice(features, transmits: round % 4 != 0, size: 128, ringInLog: GuardedArena.Guest + HandDriver.DeviceOffset(128));
            var driver = new HostileDriver(bench.Arena, random, 128, (features & Packed) != 0, round % 4 != 0);
            for (int burst = 0; burst < 10 && bench.Ring.Violation == RingViolation.None; burst++)
            {
                driver.Write();
                byte[] before = bench.Arena.Bytes.ToArray();
                bench.TakeMarks();
                if (round % 4 != 0)
                {
                    bench.Transmit([.. Enumerable.Range(0, random.Next(1, 32)).Select(_ => random.Next(14, 1514))], all: false);
                }
                else
                {
                    bench.Receive();
                }

                List<long> marks = bench.TakeMarks();
                marked += marks.Count;
                for (int page = 0; page < GuardedArena.Length / Page; page++)
                {
                    var range = new Range(page * (int)Page, (page + 1) * (int)Page);
                    Assert.True(marks.Contains(page) || bench.Arena.Bytes[range].SequenceEqual(before.AsSpan(range)), $"page {page} was written and not marked");
                }
            }
        }

        Assert.True(marked > 500, $"{marked} pages were marked: the driver was all nonsense");
    }
}
