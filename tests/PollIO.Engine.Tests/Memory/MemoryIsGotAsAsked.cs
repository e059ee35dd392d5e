namespace PollIO.Tests.Memory;

[Collection(nameof(Alone))]
public sealed unsafe class MemoryIsGotAsAsked
{
    [Fact]
    public void LockedRequestIsLocked()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(32 << 10, Lock: true));

        Assert.True(region.IsLocked);
        Assert.Contains("locked", region.ToString(), StringComparison.Ordinal);
        Assert.Equal(region.Length, LockedBytesAt(region.Address));
        memory.Free(region);
    }

    [Fact]
    public void LockBeyondTheLimitIsRefusedWithTheRemedy()
    {
        DmaMemory memory = TestMemory.Create();
        PollIOException? error = null;
        WithMemoryLockLimit(64 << 10, () => LCoreThread.RunAll((false, () =>
        {
            SystemCalls.DropCapability(SystemCalls.CAP_IPC_LOCK);
            error = Assert.Throws<PollIOException>(() => memory.Allocate(new DmaRequest(1 << 20, Lock: true)));
        })));

        Assert.Contains("ulimit -l", error!.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, error.Errno);
        Assert.Empty(memory.Regions);
    }

    [Fact]
    public void NodeZeroIsGotAndReported()
    {
        DmaMemory memory = TestMemory.Create();
        DmaRegion region = memory.Allocate(new DmaRequest(8192, NumaNode: 0));

        Assert.Equal(0, region.NumaNode);
        Assert.Contains("node 0", region.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, NodeOf(region.Address));
        memory.Free(region);
    }

    [Theory]
    [InlineData(63)]
    [InlineData(1023)]
    [InlineData(100_000)]
    [InlineData(-2)]
    public void NodeThatIsNotThereIsRefusedByName(int node)
    {
        DmaMemory memory = TestMemory.Create();

        // Twenty times: were each to cost a window, the low addresses would be used up.
        for (int i = 0; i < 20; i++)
        {
            PollIOException error = Assert.Throws<PollIOException>(() => memory.Allocate(new DmaRequest(4096, node)));
            Assert.Contains($"NUMA node {node}", error.Message, StringComparison.Ordinal);
        }

        Assert.Empty(memory.Regions);
    }

    private static void WithMemoryLockLimit(ulong bytes, Action body)
    {
        SystemCalls.Limit former;
        Assert.Equal(0, SystemCalls.ProcessLimit(0, SystemCalls.RLIMIT_MEMLOCK, null, &former));
        SystemCalls.Limit lower = former with { Soft = Math.Min(bytes, former.Hard) };
        Assert.Equal(0, SystemCalls.ProcessLimit(0, SystemCalls.RLIMIT_MEMLOCK, &lower, null));
        try
        {
            body();
        }
        finally
        {
            Assert.Equal(0, SystemCalls.ProcessLimit(0, SystemCalls.RLIMIT_MEMLOCK, &former, null));
        }
    }

    private static nuint LockedBytesAt(nint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith($"{address:x}-", StringComparison.Ordinal) || line.StartsWith($"{address:x8}-", StringComparison.Ordinal))
            {
                inside = true;
            }
            else if (inside && line.StartsWith("Locked:", StringComparison.Ordinal))
            {
                return nuint.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
            }
        }

        return 0;
    }

    private static int NodeOf(nint address)
    {
        nint page = address;
        int status = -1;
        Assert.Equal(0, SystemCalls.QueryNodes(&page, &status));
        return status;
    }
}
