using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Lab;
using PollIO.SideBySide.Machine;

namespace PollIO.Bench.Tests;

public class GuestResultsAreRead
{
    private const string Result =
        """{"title":"e1000e, io","measurements":[[{"sample":{"values":{"pps":30000,"cycles":50},"allocatedBytes":0,"collections":0},"load":{"steal":0,"foreign":0.7},"isDisturbed":false,"repetitions":0,"roundTripNanoseconds":0}],[{"sample":{"values":{"pps":20000,"cycles":80}},"load":{"steal":0,"foreign":0},"isDisturbed":false,"repetitions":0,"roundTripNanoseconds":0}]],"reasons":[null,null]}""";

    private static readonly Contest[] s_contests = [.. NicContests.Create(RunnerOptions.Parse(["--only", "e1000e"]))];

    [Fact]
    public void EveryModeOfTheKindsAskedForIsAContest()
    {
        Assert.Equal(["e1000e, io", "e1000e, txonly", "e1000e, rxonly"], s_contests.Select(contest => contest.Title));
        Assert.Empty(NicContests.Create(RunnerOptions.Parse(["--only", "null"])));
        Assert.Equal(12, NicContests.Create(RunnerOptions.Parse([])).Count());
    }

    [Fact]
    public void LinesOfTheGuestBecomeResults()
    {
        IReadOnlyList<ContestResult> results = LabGuest.Read(s_contests, ["e1000e, io: pair 1 of 1, PollIO", Result], default, maxLoad: 0.02);

        ContestResult io = results[0];
        Assert.Same(s_contests[0], io.Contest);
        Assert.Equal([(30000, 20000)], io.Pairs(io.Contest.Rows[0], contestant: 1));
        Assert.Equal(1.6, io.Contest.Rows[1].Ratio(50, 80), precision: 6);
        Assert.All(io.Reasons, Assert.Null);
        Assert.Equal(0, io.Measurements[0][0].Sample.AllocatedBytes);
    }

    [Fact]
    public void DisturbanceIsTheHostsAndNotWhatTheGuestTakesForOne()
    {
        Measurement quiet = LabGuest.Read(s_contests, [Result], new Load(0, 0.01), maxLoad: 0.02)[0].Measurements[0][0];
        Measurement busy = LabGuest.Read(s_contests, [Result], new Load(0, 0.5), maxLoad: 0.02)[0].Measurements[0][0];

        Assert.Equal((0.01, false), (quiet.Load.Foreign, quiet.IsDisturbed));
        Assert.Equal((0.5, true), (busy.Load.Foreign, busy.IsDisturbed));
    }

    [Fact]
    public void ContestsTheGuestDidNotComeToSayWhy()
    {
        IReadOnlyList<ContestResult> results = LabGuest.Read(s_contests, [Result, "tests/lab/run.sh: bench: the guest was not done"], default, maxLoad: 0.02);

        Assert.All(results.Skip(1), result => Assert.All(result.Reasons, reason => Assert.Contains("the guest was not done", reason, StringComparison.Ordinal)));
        Assert.All(results.Skip(1), result => Assert.All(result.Measurements, Assert.Empty));
    }
}
