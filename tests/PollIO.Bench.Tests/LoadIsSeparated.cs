using PollIO.SideBySide.Machine;

namespace PollIO.Bench.Tests;

public class LoadIsSeparated
{
    private const string ProcStat = """
        cpu  209487 12 29822 642689 1174 3 208 269 7 0
        cpu0 108472 0 14755 318215 178 0 33 121 0 0
        intr 1234
        """;

    [Fact]
    public void FirstLineOfProcStatIsRead()
    {
        CpuTimes times = CpuTimes.Parse(ProcStat);

        Assert.Equal(new CpuTimes(User: 209499, System: 29822, Idle: 643863, Interrupts: 211, Steal: 269), times);
        Assert.Equal(209499 + 29822 + 211, times.Busy);
    }

    [Theory]
    [InlineData("")]
    [InlineData("intr 1 2 3 4 5 6 7 8 9\n")]
    [InlineData("cpu 1 2 3\n")]
    public void OtherTextIsRefused(string text) => Assert.Throws<FormatException>(() => CpuTimes.Parse(text));

    [Fact]
    public void OwnTimeIncludesChildrenWhateverTheProgramIsCalled() =>
        Assert.Equal(100 + 20 + 3 + 4, OwnTimes.Parse("77 (a) b (c) R 1 77 77 0 -1 4194304 9 9 0 0 100 20 3 4 20 0 9 0 1"));

    [Fact]
    public void ForeignLoadIsWhatWeDidNotUse()
    {
        var elapsed = new CpuTimes(User: 500, System: 100, Idle: 390, Interrupts: 0, Steal: 10);

        Load load = LoadWatch.Compute(elapsed, own: 497, kernelWorksForUs: false);

        Assert.Equal(0.01, load.Steal, 1e-9);
        Assert.Equal(0.1, load.Foreign, 1e-9);
        Assert.True(load.Exceeds(0.02));
    }

    [Fact]
    public void InterruptTimeIsOursWhenTheKernelWorksForUs()
    {
        var elapsed = new CpuTimes(User: 100, System: 100, Idle: 500, Interrupts: 300, Steal: 0);

        Assert.Equal(0, LoadWatch.Compute(elapsed, own: 200, kernelWorksForUs: true).Foreign);
        Assert.True(LoadWatch.Compute(elapsed, own: 200, kernelWorksForUs: false).Exceeds(0.02));
    }

    [Fact]
    public void AFewTicksAreNoise() =>
        Assert.False(LoadWatch.Compute(new CpuTimes(23, 0, 77, 0, 0), own: 20, kernelWorksForUs: false).Exceeds(0.02));
}
