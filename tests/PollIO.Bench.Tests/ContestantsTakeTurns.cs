using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;

namespace PollIO.Bench.Tests;

public class ContestantsTakeTurns
{
    private readonly List<string> _log = [];

    [Fact]
    public async Task PairsAreInterleaved()
    {
        ContestResult result = await RunAsync(Contestant("A", 1), Contestant("B", 2));

        Assert.Equal(["A", "B", "A", "B", "A", "B"], _log);
        Assert.All(result.Measurements, list => Assert.Equal(3, list.Count));
    }

    [Fact]
    public async Task OneThatFailsIsLeftOutFromThenOn()
    {
        ContestResult result = await RunAsync(Contestant("A", 1), Contestant("B", 2, double.NaN), Contestant("C", 3));

        Assert.Equal(["A", "B", "C", "A", "B", "C", "A", "C"], _log);
        Assert.Contains("it broke", result.Reasons[1], StringComparison.Ordinal);
        Assert.Single(result.Pairs(result.Contest.Rows[0], contestant: 1));
        Assert.Equal(3, result.Pairs(result.Contest.Rows[0], contestant: 2).Count);
    }

    [Fact]
    public async Task OneThatIsMissingIsNotRun()
    {
        ContestResult result = await RunAsync(Contestant("A", 1), new FakeContestant("B", "not installed", 2) { Log = _log });

        Assert.DoesNotContain("B", _log);
        Assert.Equal("not installed", result.Reasons[1]);
    }

    [Fact]
    public async Task SetUpThatFailsIsTheReasonForAll()
    {
        var contest = Create(Contestant("A", 1), Contestant("B", 2)) with { SetUp = () => throw new PollIOException("make", "lab", "no root") };

        ContestResult result = await RunAsync(contest);

        Assert.Empty(_log);
        Assert.All(result.Reasons, reason => Assert.Contains("no root", reason, StringComparison.Ordinal));
    }

    private FakeContestant Contestant(string name, params double[] figures) => new(name, null, figures) { Log = _log };

    private static Contest Create(params IContestant[] contestants) =>
        new("null", [new Row(FakeContestant.Key, "fake", "Mpps", HigherIsBetter: true)], contestants);

    private static Task<ContestResult> RunAsync(params IContestant[] contestants) => RunAsync(Create(contestants));

    // Whatever else the machine does, nothing is repeated: the limit cannot be exceeded.
    private static Task<ContestResult> RunAsync(Contest contest) =>
        new ContestRunner(new RunnerOptions { Pairs = 3, MaxLoad = 1 }, _ => { }).RunAsync(contest, TestContext.Current.CancellationToken);
}
