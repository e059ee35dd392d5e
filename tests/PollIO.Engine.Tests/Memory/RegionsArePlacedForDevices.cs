using PollIO.Interop;

namespace PollIO.Tests.Memory;

public sealed unsafe class RegionsArePlacedForDevices
{
    [Fact]
    public void AddressesLieBetween4GiBAnd39Bits()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(3 << 20));

        Assert.InRange(region.Address, DmaAddressSpace.Start, DmaAddressSpace.End - (nint)region.Length);
        Assert.Equal(0, region.Address % (nint)region.PageSize);
        Assert.Equal((nuint)(3 << 20), region.Length);
        memory.Free(region);
    }

    [Fact]
    public void LengthIsRoundedUpToWholePages()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(1));

        Assert.Equal(region.PageSize, region.Length);
        Assert.Equal((nuint)1, region.Requested.Length);
        memory.Free(region);
    }

    [Fact]
    public void ManyRegionsShareOneFileAtOneDistance()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion[] regions = [.. Enumerable.Range(1, 40).Select(i => memory.Allocate(new DmaRequest((nuint)i * 5000)))];

        Assert.Single(regions.Select(region => region.FileDescriptor).Distinct());
        Assert.Single(regions.Select(region => region.Address - region.FileOffset).Distinct());
        Assert.Equal(regions.OrderBy(region => region.Address), memory.Regions);
        for (int i = 1; i < memory.Regions.Count; i++)
        {
            Assert.True(memory.Regions[i - 1].Address + (nint)memory.Regions[i - 1].Length <= memory.Regions[i].Address);
        }

        Array.ForEach(regions, memory.Free);
        Assert.Empty(memory.Regions);
    }

    [Fact]
    public void PeerThatMapsTheFileSeesTheSameBytes()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(8192));
        void* peer = Libc.MemoryMap(
            null, region.Length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, region.FileDescriptor, region.FileOffset);
        Assert.NotEqual(-1, (nint)peer);

        ((byte*)region.Address)[5000] = 0xA5;
        Assert.Equal(0xA5, ((byte*)peer)[5000]);
        ((byte*)peer)[1] = 0x5A;
        Assert.Equal(0x5A, ((byte*)region.Address)[1]);

        Assert.Equal(0, Libc.MemoryUnmap(peer, region.Length));
        memory.Free(region);
    }

    [Fact]
    public void FileIsClosedOnExecAndCannotShrink()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(4096));

        Assert.Equal(SystemCalls.FD_CLOEXEC, Libc.FileControl(region.FileDescriptor, SystemCalls.F_GETFD, 0));
        Assert.Equal(Libc.F_SEAL_SHRINK, Libc.FileControl(region.FileDescriptor, SystemCalls.F_GET_SEALS, 0) & Libc.F_SEAL_SHRINK);
        memory.Free(region);
    }

    [Fact]
    public void AddressIsFoundInItsRegionAndNowhereElse()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(8192));

        Assert.Same(region, memory.Find(region.Address));
        Assert.Same(region, memory.Find(region.Address + 8191));
        Assert.Null(memory.Find(region.Address + 8192));
        Assert.Null(memory.Find(region.Address - 1));
        Assert.True(region.Contains(region.Address, 8192));
        Assert.False(region.Contains(region.Address + 1, 8192));
        Assert.False(region.Contains(region.Address - 1, 2));
        memory.Free(region);
    }

    [Fact]
    public void FreedRangeIsReusedAndZeroed()
    {
        // An arena of its own: other tests use the shared one at the same time.
        var arena = new MemfdArena(-1);
        long offset = arena.Map(64 << 10);
        new Span<byte>((void*)arena.AddressOf(offset), 64 << 10).Fill(0xFF);
        long behind = arena.Map(4096);
        arena.Unmap(offset, 64 << 10);

        long first = arena.Map(16 << 10);
        long rest = arena.Map(48 << 10);

        Assert.Equal(offset, first);
        Assert.Equal(offset + (16 << 10), rest);
        Assert.Equal(-1, new ReadOnlySpan<byte>((void*)arena.AddressOf(offset), 64 << 10).IndexOfAnyExcept((byte)0));
        arena.Unmap(rest, 48 << 10);
        arena.Unmap(first, 16 << 10);
        arena.Unmap(behind, 4096);
        Assert.Equal(offset, arena.Map((64 << 10) + 4096));
    }

    [Fact]
    public void OccupiedAddressesAreSkipped()
    {
        var arena = new MemfdArena(-1);
        const int shared = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_FIXED_NOREPLACE;
        void* squatter = Libc.MemoryMap((void*)arena.AddressOf(8192), 4096, Libc.PROT_READ, shared, -1, 0);
        Assert.Equal(arena.AddressOf(8192), (nint)squatter);

        long offset = arena.Map(1 << 20);
        Assert.Equal(1 << 20, offset);
        new Span<byte>((void*)arena.AddressOf(offset), 1 << 20).Fill(1);

        // A squatter in a range that was freed is stepped over too, and does not fail the request.
        arena.Unmap(offset, 1 << 20);
        void* second = Libc.MemoryMap((void*)(arena.AddressOf(offset) + 4096), 4096, Libc.PROT_READ, shared, -1, 0);
        Assert.Equal(arena.AddressOf(offset) + 4096, (nint)second);
        Assert.True(arena.Map(1 << 20) > offset);

        Assert.Equal(0, Libc.MemoryUnmap(squatter, 4096));
        Assert.Equal(0, Libc.MemoryUnmap(second, 4096));
    }

    [Fact]
    public void MoreThanTheSpaceHoldsIsRefused()
    {
        DmaMemory memory = TestMemory.Create();

        Assert.Contains("39-bit", Assert.Throws<PollIOException>(() => DmaAddressSpace.ReserveWindow(DmaAddressSpace.End)).Message, StringComparison.Ordinal);
        Assert.Contains("do not fit", Assert.Throws<PollIOException>(() => memory.Allocate(new DmaRequest((nuint)33 << 30))).Message, StringComparison.Ordinal);
        Assert.Throws<PollIOException>(() => memory.Allocate(new DmaRequest(nuint.MaxValue)));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Allocate(new DmaRequest(0)));
        Assert.Empty(memory.Regions);
    }
    /// <summary>In GiB.</summary>
    [Theory]
    [InlineData(32, 1, 508, 32)]
    [InlineData(32, 1, 100, 25)]
    [InlineData(32, 1, 2, 1)]
    [InlineData(32, 30, 40, 30)]
    public void WindowsThatMayBeSmallerLeaveRoomForOthers(long wanted, long least, long left, long expected) =>
        Assert.Equal(expected << 30, DmaAddressSpace.LengthOf(wanted << 30, least << 30, left << 30));
}
