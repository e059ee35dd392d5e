using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

public sealed class MemoryProblemsAreExplained
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("unlimited", "unlimited", "0000000000000000", null)]
    [InlineData("8388608", "8388608", "0000000000000000", 8 * MiB)]
    [InlineData("8388608", "unlimited", "0000000000003fff", 8 * MiB)]
    [InlineData("8388608", "8388608", "0000000000004000", null)]
    public void LimitCountsUnlessACapabilityLiftsIt(string soft, string hard, string capabilities, long? expected)
    {
        using FakeMachine machine = FakeMachine.Create();
        SetLimits(machine, soft, hard, capabilities);

        Assert.Equal(expected, MemoryCheck.LockableBytes(machine));
    }

    [Fact]
    public void LimitTooSmallComesWithTheUlimitThatSuffices()
    {
        using FakeMachine machine = FakeMachine.Create();
        SetLimits(machine, "8388608", "unlimited", lockedKib: 1024);

        MemoryCheck.RequireLockable(machine, 7 * MiB, "vfio:0000:03:00.0", "map memory");
        PollIOException error = Assert.Throws<PollIOException>(() => MemoryCheck.RequireLockable(machine, (7 * MiB) + 1, "vfio:0000:03:00.0", "map memory"));

        Assert.Equal(("the limit on locked memory is 8192 KiB, and 8193 KiB are needed", Errno.ENOMEM), (error.Reason, error.Errno));
        Assert.StartsWith("ulimit -l 8193 ", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void LimitAUserCannotRaiseComesWithRootsCommand()
    {
        using FakeMachine machine = FakeMachine.Create();
        SetLimits(machine, "8388608", "8388608");

        PollIOException error = Assert.Throws<PollIOException>(() => MemoryCheck.RequireLockable(machine, 64 * MiB, "vfio:0000:03:00.0", "map memory"));

        Assert.StartsWith("sudo prlimit --pid $$ --memlock=unlimited", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingHugepagesComeWithTheScriptThatReservesThem()
    {
        using FakeMachine machine = FakeMachine.Create();
        Assert.Equal("the kernel offers no hugepages here", Refusal(machine, MiB).Reason);

        SetPool(machine, total: 0, free: 0);
        Assert.Equal(("no hugepages are reserved", "sudo ./hugepages.sh --setup 2G"), (Refusal(machine, MiB).Reason, Refusal(machine, MiB).Remedy));

        SetPool(machine, total: 8, free: 4);
        MemoryCheck.RequireHugepages(machine, 8 * MiB, "vfio:0000:03:00.0", "create pool");
        PollIOException error = Refusal(machine, 10 * MiB);
        Assert.Equal("10 MiB of hugepages are needed, and 8 MiB are free", error.Reason);
        Assert.Equal("sudo ./hugepages.sh --pagesize 2M --reserve 18M", error.Remedy);
    }

    [Fact]
    public void ThisProcessCanBeRead()
    {
        // As root nothing limits it, as another user a number does, unless the limit was lifted.
        Assert.True(MemoryCheck.LockableBytes(SysfsTree.Machine) is null or >= 0);
        Assert.Throws<PollIOException>(() => MemoryCheck.RequireHugepages(SysfsTree.Machine, 1L << 50, "test", "create pool"));
    }

    private static PollIOException Refusal(FakeMachine machine, long bytes) =>
        Assert.Throws<PollIOException>(() => MemoryCheck.RequireHugepages(machine, bytes, "vfio:0000:03:00.0", "create pool"));

    private static void SetLimits(FakeMachine machine, string soft, string hard, string capabilities = "0000000000000000", int lockedKib = 0)
    {
        machine.Set("/proc/self/limits", $"Limit                     Soft Limit           Hard Limit           Units     \nMax processes             95868                95868                processes \nMax locked memory         {soft,-20} {hard,-20} bytes     ");
        machine.Set("/proc/self/status", $"Name:\tdotnet\nVmLck:\t{lockedKib,8} kB\nCapEff:\t{capabilities}\nCapBnd:\t000001ffffffffff");
    }

    private static void SetPool(FakeMachine machine, int total, int free)
    {
        const string Pool = "/sys/kernel/mm/hugepages/hugepages-2048kB/";
        machine.Set(Pool + "nr_hugepages", $"{total}");
        machine.Set(Pool + "free_hugepages", $"{free}");
        machine.Set(Pool + "resv_hugepages", "0");
        machine.Set(Pool + "surplus_hugepages", "0");
    }
}
