namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class HugepagesScriptRefusesNonsense
{
    [Theory]
    [InlineData("--frobnicate", "'--frobnicate' is not an option")]
    [InlineData("2G", "'2G' is not an option")]
    [InlineData("--mount=yes", "--mount takes no value")]
    [InlineData("--reserve", "--reserve needs a value")]
    [InlineData("--reserve --show", "--reserve needs a value")]
    [InlineData("--reserve lots", "--reserve 'lots' is not a size")]
    [InlineData("--reserve 1.5G", "--reserve '1.5G' is not a size")]
    [InlineData("--reserve=2X", "--reserve '2X' is not a size")]
    [InlineData("--reserve 0", "--reserve must be above 0")]
    [InlineData("--reserve 1000", "--reserve '1000' is not a whole number of KiB")]
    [InlineData("--reserve 3M", "--reserve 3M is not a multiple of the page size 2M")]
    [InlineData("--setup 1G --pagesize 2M --node 7", "there is no node 7: this machine has 0 1")]
    [InlineData("--reserve 1536M -p 1G", "--reserve 1536M is not a multiple of the page size 1G")]
    [InlineData("--reserve 99999999999999999999", "is too large")]
    [InlineData("--reserve 9999999999T", "is too large")]
    [InlineData("--reserve 8M --pagesize 4M", "the kernel has no pages of 4M: it supports 2M 1G")]
    [InlineData("--reserve 8M --node -1", "--node needs a value")]
    [InlineData("--reserve 8M --node zero", "--node 'zero' is not a node number")]
    [InlineData("--count 0", "--count '0' is not a number of pages")]
    [InlineData("--count 2G", "--count '2G' is not a number of pages")]
    [InlineData("--count 2 --reserve 4M", "exclude each other")]
    [InlineData("--setup 4M --reserve 4M", "exclude each other")]
    [InlineData("--reserve 4M --directory /mnt", "--directory, --user and --group go with --mount")]
    [InlineData("--unmount --user root", "--user and --group go with --mount")]
    [InlineData("--mount --user no-such-user", "there is no user 'no-such-user'")]
    [InlineData("--mount --owner root:no-such-group", "there is no group 'no-such-group'")]
    public void WrongArgumentsAreOneLineAndExitCode2AndChangeNothing(string arguments, string message)
    {
        using var machine = new FakeMachine(2, FakeMachine.TwoMegabytes, FakeMachine.OneGigabyte);

        ScriptRun run = ScriptRun.On(machine, arguments.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("hugepages.sh: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Equal([0, 0], new[] { machine.TotalOf(FakeMachine.TwoMegabytes, 0), machine.TotalOf(FakeMachine.TwoMegabytes, 1) });
    }

    [Fact]
    public void EmptyValueIsRefused()
    {
        using var machine = new FakeMachine(1, FakeMachine.TwoMegabytes);

        Assert.Equal(2, ScriptRun.On(machine, "--reserve", "").ExitCode);
    }

    [Fact]
    public void NodeOnAMachineWithoutNodesIsRefused()
    {
        using var machine = new FakeMachine(0, FakeMachine.TwoMegabytes);

        ScriptRun run = ScriptRun.On(machine, "--reserve", "4M", "--node", "0");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("shows no NUMA nodes", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void MoreThanTheMachineHasIsRefusedBeforeAnythingChanges()
    {
        using var machine = new FakeMachine(1, FakeMachine.TwoMegabytes);

        ScriptRun run = ScriptRun.On(machine, "--reserve", "65G");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("65G is more than the machine's 65536 MiB of memory; nothing was changed", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, machine.TotalOf(FakeMachine.TwoMegabytes, 0));
    }

    [Fact]
    public void KernelWithoutHugepagesIsSaidSo()
    {
        using var machine = new FakeMachine(0);

        ScriptRun run = ScriptRun.On(machine);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("this kernel has no hugepages", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutRootTheCommandToRunIsNamed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming nobody needs root");
        Assert.SkipUnless(Directory.Exists("/sys/kernel/mm/hugepages"), "the kernel has no hugepages");

        ScriptRun run = ScriptRun.AsNobody("--count", "1");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("hugepages.sh: changing hugepages needs root: sudo ./hugepages.sh --count 1\n", run.Error);
    }
}
