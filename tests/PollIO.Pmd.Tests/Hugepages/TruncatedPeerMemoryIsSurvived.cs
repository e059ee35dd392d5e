using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class TruncatedPeerMemoryIsSurvived
{
    private const int Page = TruncatableMemory.PageSize;

    [Fact]
    public void LostPageReadsAsZeroTakesWritesAndIsCountedOnce()
    {
        SkipWithoutShim();
        using var memory = new TruncatableMemory(4);
        memory[0] = 1;
        memory[2 * Page] = 2;
        using GuardedRange range = SigbusGuard.Guard(memory.Address, (nuint)memory.Length, Page);

        memory.Truncate(1);

        Assert.Equal(1, memory[0]);
        Assert.Equal(0, range.Faults);
        Assert.Equal(0, memory[2 * Page]);
        Assert.Equal(1, range.Faults);
        memory[2 * Page] = 9;
        Assert.Equal(9, memory[2 * Page]);
        Assert.Equal(1, range.Faults);
    }

    [Fact]
    public void ThreadsThatReadAndCollectionsGoOnWhileAPeerTruncates()
    {
        SkipWithoutShim();
        const int Pages = 64;
        using var memory = new TruncatableMemory(Pages);
        using GuardedRange range = SigbusGuard.Guard(memory.Address, (nuint)memory.Length, Page);
        using var reading = new CountdownEvent(2);
        bool stop = false;
        long sum = 0;
        Thread[] readers = [.. Enumerable.Range(0, 2).Select(_ => new Thread(Read) { IsBackground = true })];

        void Read()
        {
            bool announced = false;
            while (!Volatile.Read(ref stop))
            {
                for (int page = 0; page < Pages; page++)
                {
                    memory[page * Page]++;
                    Interlocked.Add(ref sum, memory[(page * Page) + 64]);
                }

                if (!announced)
                {
                    announced = true;
                    reading.Signal();
                }
            }
        }

        Array.ForEach(readers, thread => thread.Start());
        reading.Wait(TestContext.Current.CancellationToken);
        for (int left = Pages - 1; left >= 0; left--)
        {
            memory.Truncate(left);
            GC.Collect(0);
            Assert.True(SpinWait.SpinUntil(() => range.Faults >= Pages - left, TimeSpan.FromSeconds(30)));
        }

        Volatile.Write(ref stop, true);
        Array.ForEach(readers, thread => thread.Join());

        // Two readers may meet the same page at the same moment; no page is counted more often.
        Assert.InRange(range.Faults, Pages, 2 * Pages);
        Assert.Equal(0, sum);
    }

    [Fact]
    public void FaultsAreKeptAfterDisposeAndTheSlotIsFree()
    {
        SkipWithoutShim();
        using var memory = new TruncatableMemory(2);
        GuardedRange range = SigbusGuard.Guard(memory.Address, (nuint)memory.Length, Page);
        memory.Truncate(0);
        memory[Page] = 1;

        range.Dispose();
        range.Dispose();

        Assert.Equal(1, range.Faults);
        using GuardedRange again = SigbusGuard.Guard(memory.Address, (nuint)memory.Length, Page);
        Assert.Equal(0, again.Faults);
        Assert.Equal(1, range.Faults);
    }

    [Fact]
    public void OverlapAndCrookedRangesAreRefused()
    {
        SkipWithoutShim();
        using var memory = new TruncatableMemory(4);
        using GuardedRange range = SigbusGuard.Guard(memory.Address, (nuint)memory.Length, Page);

        PollIOException overlap = Assert.Throws<PollIOException>(() => SigbusGuard.Guard(memory.Address + Page, Page, Page));
        Assert.Contains("overlaps", overlap.Reason, StringComparison.Ordinal);
        PollIOException crooked = Assert.Throws<PollIOException>(() => SigbusGuard.Guard(memory.Address + 1, Page, Page));
        Assert.Contains("multiples of the page size", crooked.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FullTableIsRefusedWithItsLimit()
    {
        SkipWithoutShim();
        nint address = (nint)DmaAddressSpace.ReserveWindow(1);
        List<GuardedRange> ranges = [];
        try
        {
            // Other tests may hold some of the slots at this moment.
            PollIOException error = Assert.Throws<PollIOException>(() =>
            {
                for (int i = 0; i <= SigbusGuard.MaximumRanges; i++)
                {
                    ranges.Add(SigbusGuard.Guard(address + (i * Page), Page, Page));
                }
            });

            Assert.Equal("1024 ranges are guarded already", error.Reason);
            Assert.InRange(ranges.Count, SigbusGuard.MaximumRanges - 64, SigbusGuard.MaximumRanges);
        }
        finally
        {
            ranges.ForEach(range => range.Dispose());
        }
    }

    private static void SkipWithoutShim() => Assert.SkipUnless(SigbusGuard.IsAvailable, SigbusGuard.UnavailableReason ?? "");
}
