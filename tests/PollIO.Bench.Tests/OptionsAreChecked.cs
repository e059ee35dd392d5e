using PollIO.SideBySide.CommandLine;

namespace PollIO.Bench.Tests;

public class OptionsAreChecked
{
    [Fact]
    public void DefaultsAreSevenPairsOfEverything()
    {
        RunnerOptions options = RunnerOptions.Parse([]);

        Assert.Equal(7, options.Pairs);
        Assert.Equal(RunnerOptions.ContestNames, options.Only);
        Assert.Equal([1, 8, 32, 256], options.Bursts);
        Assert.Equal(0.02, options.MaxLoad);
    }

    [Fact]
    public void ValuesAreTaken()
    {
        RunnerOptions options = RunnerOptions.Parse(["--pairs", "9", "--seconds", "0.5", "--only", "null,pool", "--cores", "3,2", "--json", "x.json"]);

        Assert.Equal((9, 0.5, 3, 2, "x.json"), (options.Pairs, options.Seconds, options.SideCpu, options.WorkCpu, options.JsonFile));
        Assert.Equal(["null", "pool"], options.Only);
    }

    [Fact]
    public void QuickIsLessOfEverythingUnlessAskedFor()
    {
        RunnerOptions options = RunnerOptions.Parse(["--seconds", "0.5", "--quick", "--report", "out"]);

        Assert.Equal((2, 0.5, 0.3, 0, "out"), (options.Pairs, options.Seconds, options.Warmup, options.Repeats, options.ReportFolder));
        Assert.Equal([1, 32], options.Bursts);
        Assert.Equal([64, 1518], options.Sizes);
        Assert.DoesNotContain("pipelines", options.Only);
        Assert.Equal(["pipelines"], RunnerOptions.Parse(["--quick", "--only", "pipelines"]).Only);
    }

    [Fact]
    public void HelpFitsATerminal() =>
        Assert.All(RunnerOptions.Help.Split('\n'), line => Assert.InRange(line.Length, 0, 80));

    [Theory]
    [InlineData("--pairs", "0")]
    [InlineData("--pairs", "seven")]
    [InlineData("--seconds", "-1")]
    [InlineData("--only", "nothing")]
    [InlineData("--cores", "1")]
    [InlineData("--cores", "1,1")]
    [InlineData("--bursts", "1,,8")]
    [InlineData("--bursts", "257")]
    [InlineData("--sizes", "59")]
    [InlineData("--sizes", "1519")]
    [InlineData("--no-such-option", "1")]
    [InlineData("--json")]
    [InlineData("pairs", "7")]
    [InlineData("--pairs", "7", "--pairs", "8")]
    public void NonsenseIsRefused(params string[] args) => Assert.Throws<UsageException>(() => RunnerOptions.Parse(args));
}
