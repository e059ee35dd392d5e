using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class HugepageInfoReadsSysfs
{
    private const long TwoMegabytes = HugepageAllocator.TwoMegabytes;
    private const long OneGigabyte = HugepageAllocator.OneGigabyte;

    [Fact]
    public void MachineWithoutHugepagesGivesEmptyLists()
    {
        using var machine = new FakeMachine(0);

        HugepageInfo info = HugepageInfo.Read(machine.Root);

        Assert.Empty(info.Pools);
        Assert.Empty(info.NodePools);
        Assert.Empty(info.Mounts);
        Assert.Null(info.Find(TwoMegabytes));
    }

    [Fact]
    public void TreeThatIsNotThereGivesEmptyLists() => Assert.Empty(HugepageInfo.Read("/nonexistent").Mounts);

    [Fact]
    public void PoolsOfMachineAndNodesAreTold()
    {
        using var machine = new FakeMachine(2, FakeMachine.OneGigabyte, FakeMachine.TwoMegabytes);
        machine.SetPool(FakeMachine.TwoMegabytes, -1, 512, 100, 30);
        machine.SetPool(FakeMachine.TwoMegabytes, 1, 512, 100);

        HugepageInfo info = HugepageInfo.Read(machine.Root);

        Assert.Equal([TwoMegabytes, OneGigabyte], info.Pools.Select(pool => pool.PageSize));
        Assert.Equal(new HugepagePool(TwoMegabytes, -1, 512, 100, 30, 0), info.Find(TwoMegabytes));
        Assert.Equal(70, info.Find(TwoMegabytes)!.Value.Available);
        Assert.Equal([(0, TwoMegabytes), (0, OneGigabyte), (1, TwoMegabytes), (1, OneGigabyte)], info.NodePools.Select(p => (p.NumaNode, p.PageSize)));
        Assert.Equal(512, info.Find(TwoMegabytes, 1)!.Value.Total);
        Assert.Equal(0, info.Find(TwoMegabytes, 0)!.Value.Total);
        Assert.Null(info.Find(TwoMegabytes, 2));
    }

    [Fact]
    public void MountsAreToldWithTheirPageSizes()
    {
        using var machine = new FakeMachine(0, FakeMachine.TwoMegabytes);
        machine.Write("proc/mounts", """
            tmpfs /dev/shm tmpfs rw 0 0
            hugetlbfs /dev/hugepages hugetlbfs rw,relatime,pagesize=2M 0 0
            nodev /mnt/one\040gig hugetlbfs rw,pagesize=1024M 0 0
            nodev /mnt/default hugetlbfs rw 0 0

            """);

        Assert.Equal(
            [new HugetlbfsMount("/dev/hugepages", TwoMegabytes), new HugetlbfsMount("/mnt/one gig", OneGigabyte), new HugetlbfsMount("/mnt/default", TwoMegabytes)],
            HugepageInfo.Read(machine.Root).Mounts);
    }

    [Fact]
    public void ThisMachineIsReadAsTheKernelShowsIt()
    {
        const string Directory = "/sys/kernel/mm/hugepages/hugepages-2048kB";
        Assert.SkipUnless(System.IO.Directory.Exists(Directory), "the kernel has no 2 MiB hugepages");

        HugepagePool? pool = HugepageInfo.Read().Find(TwoMegabytes);

        Assert.NotNull(pool);
        Assert.InRange(pool.Value.Free, 0, pool.Value.Total);
        Assert.InRange(pool.Value.Reserved, 0, pool.Value.Free);
    }

    [Theory]
    [InlineData(1, -1, 10, 3, 3, "sudo ./hugepages.sh --pagesize 2M --reserve 20M")]
    [InlineData(1, -1, 10, 3, 5, "sudo ./hugepages.sh --pagesize 2M --reserve 24M")]
    [InlineData(1, 0, 10, 3, 5, "sudo ./hugepages.sh --pagesize 2M --reserve 24M --node 0")]
    [InlineData(0, -1, 10, 3, 5, "sudo ./hugepages.sh --pagesize 2M --reserve 24M")]
    [InlineData(1, -1, 0, 0, 512, "sudo ./hugepages.sh --pagesize 2M --reserve 1G")]
    public void ReserveCommandAddsWhatIsMissing(int nodes, int node, int total, int free, int wanted, string command)
    {
        using var machine = new FakeMachine(nodes, FakeMachine.TwoMegabytes);
        machine.SetPool(FakeMachine.TwoMegabytes, -1, total, free);
        for (int i = 0; i < nodes; i++)
        {
            machine.SetPool(FakeMachine.TwoMegabytes, i, total, free);
        }

        Assert.Equal(command, HugepageInfo.Read(machine.Root).ReserveCommand(TwoMegabytes, wanted * TwoMegabytes, node));
    }

    [Fact]
    public void ReserveCommandAsksOneNodeOfSeveral()
    {
        using var machine = new FakeMachine(2, FakeMachine.TwoMegabytes);
        machine.SetPool(FakeMachine.TwoMegabytes, -1, 12, 1);
        machine.SetPool(FakeMachine.TwoMegabytes, 0, 4, 0);
        machine.SetPool(FakeMachine.TwoMegabytes, 1, 8, 1);

        Assert.Equal(
            "sudo ./hugepages.sh --pagesize 2M --reserve 12M --node 0", HugepageInfo.Read(machine.Root).ReserveCommand(TwoMegabytes, 3 * TwoMegabytes));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(4096, "4K")]
    [InlineData(2 << 20, "2M")]
    [InlineData(3L << 30, "3G")]
    [InlineData(1536L << 20, "1536M")]
    [InlineData(1000, "1000")]
    public void SizesAreWrittenAsTheScriptTakesThem(long bytes, string text) => Assert.Equal(text, HugepageInfo.FormatSize(bytes));
}
