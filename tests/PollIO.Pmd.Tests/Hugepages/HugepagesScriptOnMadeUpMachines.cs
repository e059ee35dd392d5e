namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class HugepagesScriptOnMadeUpMachines
{
    private const int TwoMegabytes = FakeMachine.TwoMegabytes;
    private const int OneGigabyte = FakeMachine.OneGigabyte;

    [Theory]
    [InlineData("--reserve 1G", 512, 512)]
    [InlineData("--reserve=1G", 512, 512)]
    [InlineData("-r 1024M -n 1", 0, 512)]
    [InlineData("-r 4194304 -n 0", 2, 0)]
    [InlineData("--count 3", 3, 3)]
    [InlineData("-r 0008m --node 00", 4, 0)]
    [InlineData("-r 2GiB", 1024, 1024)]
    public void PoolsGetTheSizeAskedFor(string arguments, int node0, int node1)
    {
        using var machine = new FakeMachine(2, TwoMegabytes, OneGigabyte);

        ScriptRun run = ScriptRun.On(machine, arguments.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal((node0, node1), (machine.TotalOf(TwoMegabytes, 0), machine.TotalOf(TwoMegabytes, 1)));
        Assert.Equal(0, machine.TotalOf(OneGigabyte, 0));
    }

    [Fact]
    public void MachineWithoutNodesHasOnePool()
    {
        using var machine = new FakeMachine(0, TwoMegabytes, OneGigabyte);

        ScriptRun run = ScriptRun.On(machine, "--pagesize", "1G", "--reserve", "3G");

        Assert.Equal((0, "3 pages of 1G reserved, 3G\n", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(3, machine.TotalOf(OneGigabyte, -1));
    }

    [Fact]
    public void PartGrantedIsAFailureThatSaysHowMuch()
    {
        using var machine = new FakeMachine(2, TwoMegabytes);
        machine.MakeUngrantable(TwoMegabytes, 1);

        ScriptRun run = ScriptRun.On(machine, "--reserve", "1G");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("node 0: 512 pages of 2M reserved", run.Output, StringComparison.Ordinal);
        Assert.Contains("node 1: got 0 of 512 pages of 2M", run.Error, StringComparison.Ordinal);
        Assert.Contains("hugepagesz=2M hugepages=512", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Fact]
    public void ClearIsRefusedWhilePagesAreInUse()
    {
        using var machine = new FakeMachine(2, TwoMegabytes, OneGigabyte);
        machine.SetPool(OneGigabyte, 0, 4, 4);
        machine.SetPool(TwoMegabytes, 1, 10, 7);

        ScriptRun run = ScriptRun.On(machine, "--clear");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("node 1: 3 pages of 2M are in use", run.Error, StringComparison.Ordinal);
        Assert.Equal((4, 10), (machine.TotalOf(OneGigabyte, 0), machine.TotalOf(TwoMegabytes, 1)));
    }

    [Fact]
    public void ClearIsRefusedWhilePagesArePromised()
    {
        using var machine = new FakeMachine(1, TwoMegabytes);
        machine.SetPool(TwoMegabytes, -1, 10, 10, reserved: 2);
        machine.SetPool(TwoMegabytes, 0, 10, 10);

        ScriptRun run = ScriptRun.On(machine, "--clear");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("2 pages of 2M are in use", run.Error, StringComparison.Ordinal);
        Assert.Equal(10, machine.TotalOf(TwoMegabytes, 0));
    }

    [Theory]
    [InlineData("--clear", 0, 0, 0, 0)]
    [InlineData("--clear --node 1", 5, 0, 2, 0)]
    [InlineData("--clear --pagesize 1G", 5, 6, 0, 0)]
    [InlineData("--clear --pagesize 2M --node 0", 0, 6, 2, 3)]
    public void ClearReleasesWhatWasNamed(string arguments, int small0, int small1, int large0, int large1)
    {
        using var machine = new FakeMachine(2, TwoMegabytes, OneGigabyte);
        machine.SetPool(TwoMegabytes, 0, 5, 5);
        machine.SetPool(TwoMegabytes, 1, 6, 6);
        machine.SetPool(OneGigabyte, 0, 2, 2);
        machine.SetPool(OneGigabyte, 1, 3, 3);

        Assert.Equal(0, ScriptRun.On(machine, arguments.Split(' ')).ExitCode);

        Assert.Equal((small0, small1), (machine.TotalOf(TwoMegabytes, 0), machine.TotalOf(TwoMegabytes, 1)));
        Assert.Equal((large0, large1), (machine.TotalOf(OneGigabyte, 0), machine.TotalOf(OneGigabyte, 1)));
    }

    [Fact]
    public void ShowTellsPoolsAndMountsIn80Columns()
    {
        using var machine = new FakeMachine(2, TwoMegabytes, OneGigabyte);
        machine.SetPool(TwoMegabytes, 1, 512, 500);
        machine.Write("proc/mounts", "nodev /mnt/huge\\040pages hugetlbfs rw,pagesize=1024M 0 0\n");

        ScriptRun run = ScriptRun.On(machine);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("   1         2M       512       500        12          1G\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("Mounted on /mnt/huge pages, pages of 1G\n", run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void HelpNamesEveryOptionIn80Columns()
    {
        ScriptRun run = ScriptRun.Of("--help");

        Assert.Equal(0, run.ExitCode);
        foreach (string option in new[] { "show", "reserve", "count", "setup", "mount", "unmount", "clear", "pagesize", "node", "directory", "user", "group", "owner", "version" })
        {
            Assert.Contains($"--{option}", run.Output, StringComparison.Ordinal);
        }

        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void VersionIsThatOfTheAssemblies()
    {
        Version version = typeof(PollIO.Pmd.Hugepages.HugepageInfo).Assembly.GetName().Version!;

        Assert.Equal($"hugepages.sh {version.ToString(3)}\n", ScriptRun.Of("--version").Output);
    }
}
