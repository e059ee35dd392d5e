using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "peer")]
[Trait("scenario", "e1000e")]
[Collection(HugepagesCollection.Name)]
public sealed class HugepageRegionsAreAllocated
{
    private const nuint Page = 2 << 20;

    public HugepageRegionsAreAllocated() => Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");

    [Fact]
    public void RegionIsWholePagesInTheWindowAndSaysWhatWasGot()
    {
        using HugepageReservation reservation = HugepageReservation.Of(2);
        long available = HugepageReservation.Pool.Available;
        var memory = new DmaMemory(new HugepageAllocator());

        DmaRegion region = memory.Allocate(new DmaRequest(Page + 1, Lock: true));

        Assert.Equal(2 * Page, region.Length);
        Assert.Equal(Page, region.PageSize);
        Assert.Equal((nint)0, region.Address % (nint)Page);
        Assert.InRange((long)region.Address, DmaAddressSpace.Start, DmaAddressSpace.End);
        Assert.True(region.IsLocked);
        Assert.Equal("2 MiB hugepages", region.Allocator.Name);
        Assert.Equal(Math.Max(-1, NativeMapping.PageNode((ulong)region.Address)), region.NumaNode);
        Assert.Equal(available - 2, HugepageReservation.Pool.Available);
        memory.Free(region);
    }

    [Fact]
    public unsafe void FreedPagesGoBackAndComeAgainZeroed()
    {
        using HugepageReservation reservation = HugepageReservation.Of(2);
        long available = HugepageReservation.Pool.Available;
        var allocator = new HugepageAllocator();
        DmaRegion region = allocator.Allocate(new DmaRequest(2 * Page));
        Assert.Equal(available - 2, HugepageReservation.Pool.Available);
        new Span<byte>((void*)region.Address, (int)region.Length).Fill(0xff);

        allocator.Free(region);
        Assert.Equal(available, HugepageReservation.Pool.Available);
        DmaRegion again = allocator.Allocate(new DmaRequest(2 * Page));

        Assert.Equal(region.Address, again.Address);
        Assert.Equal(-1, new Span<byte>((void*)again.Address, (int)again.Length).IndexOfAnyExcept((byte)0));
        allocator.Free(again);
    }

    [Fact]
    public void RegionsShareOneFileAtOneDistance()
    {
        using HugepageReservation reservation = HugepageReservation.Of(2);
        var allocator = new HugepageAllocator();
        DmaRegion one = allocator.Allocate(new DmaRequest(Page));
        DmaRegion two = allocator.Allocate(new DmaRequest(Page));

        Assert.Equal(one.FileDescriptor, two.FileDescriptor);
        Assert.Equal(one.Address - one.FileOffset, two.Address - two.FileOffset);
        Assert.NotEqual(one.Address, two.Address);
        allocator.Free(one);
        allocator.Free(two);
    }

    [Fact]
    public void NodeAskedForIsTheNodeGot()
    {
        using HugepageReservation reservation = HugepageReservation.Of(1);
        int node = HugepageInfo.Read().NodePools.FirstOrDefault(pool => pool is { PageSize: (long)Page, Available: > 0 }).NumaNode;
        var allocator = new HugepageAllocator();

        DmaRegion region = allocator.Allocate(new DmaRequest(Page, NumaNode: node));

        Assert.Equal(node, region.NumaNode);
        Assert.Contains(NativeMapping.PageNode((ulong)region.Address), new[] { node, -38 });
        allocator.Free(region);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void RunningOutNamesTheCommandAndKeepsNothing(int node)
    {
        using HugepageReservation reservation = HugepageReservation.Of(1);
        HugepagePool before = HugepageReservation.Pool;
        nuint wanted = (nuint)(before.Available + 3) * Page;
        var allocator = new HugepageAllocator();

        PollIOException error = Assert.Throws<PollIOException>(() => allocator.Allocate(new DmaRequest(wanted, node)));

        Assert.Equal(12, error.Errno);
        Assert.Contains($"{before.Available + 3} pages needed, {before.Available} available", error.Reason, StringComparison.Ordinal);
        Assert.Equal(HugepageInfo.Read().ReserveCommand((long)Page, (long)wanted, node), error.Remedy);
        Assert.StartsWith("sudo ./hugepages.sh --pagesize 2M --reserve ", error.Remedy, StringComparison.Ordinal);
        Assert.Equal(before, HugepageReservation.Pool);
        DmaRegion region = allocator.Allocate(new DmaRequest(Page, node));
        allocator.Free(region);
    }

    [Fact]
    public void NodeThatIsNotThereIsNamed()
    {
        Assert.SkipUnless(HugepageInfo.Read().NodePools.Count > 0, "this machine shows no NUMA nodes");
        var allocator = new HugepageAllocator();

        PollIOException error = Assert.Throws<PollIOException>(() => allocator.Allocate(new DmaRequest(Page, 900)));

        Assert.Contains("there is no NUMA node 900", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PageSizeTheKernelLacksIsNamedWithThoseItHas()
    {
        var allocator = new HugepageAllocator(8 << 20);

        PollIOException error = Assert.Throws<PollIOException>(() => allocator.Allocate(new DmaRequest(1)));

        Assert.Contains("the kernel has no pages of 8M", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LostHugepageIsSurvivedUnderTheGuard()
    {
        using HugepageReservation reservation = HugepageReservation.Of(1);
        var allocator = new HugepageAllocator();
        DmaRegion region = allocator.Allocate(new DmaRequest(Page));
        using GuardedRange range = SigbusGuard.Guard(region.Address, region.Length, region.PageSize);

        // A peer punches the page out and takes the last free one: the next touch finds no memory.
        using var file = new Microsoft.Win32.SafeHandles.SafeFileHandle(region.FileDescriptor, ownsHandle: false);
        Assert.Equal(0, NativeHugepages.Release(file, (ulong)region.FileOffset, region.Length));
        long available = HugepageReservation.Pool.Available;
        DmaRegion taken = new HugepageAllocator().Allocate(new DmaRequest((nuint)available * Page));
        Touch(region.Address);

        Assert.Equal(1, range.Faults);
        taken.Allocator.Free(taken);
        range.Dispose();
        allocator.Free(region);
    }

    [Fact]
    public void OneGigabytePagesAreAllocatedOrRefusedWithTheCommandThatReservesThem()
    {
        Assert.SkipUnless(HugepageInfo.Read().Find(HugepageAllocator.OneGigabyte) is not null, "the kernel has no 1 GiB hugepages");
        var allocator = new HugepageAllocator(HugepageAllocator.OneGigabyte);
        using HugepageReservation reservation = HugepageReservation.TryGet(HugepageAllocator.OneGigabyte, pages: 1);
        if (!reservation.IsGranted)
        {
            var error = Assert.Throws<PollIOException>(() => allocator.Allocate(new DmaRequest(1)));
            Assert.Contains("hugepages.sh", error.Remedy, StringComparison.Ordinal);
            return;
        }

        DmaRegion region = allocator.Allocate(new DmaRequest(1));

        Assert.Equal((nuint)HugepageAllocator.OneGigabyte, region.Length);
        Assert.Equal("1 GiB hugepages", allocator.Name);
        Touch(region.Address + (nint)region.Length - 1);
        allocator.Free(region);
    }

    // SAFETY: the tests pass addresses of mapped regions only.
    private static unsafe void Touch(nint address) => Volatile.Write(ref *(byte*)address, 1);
}
