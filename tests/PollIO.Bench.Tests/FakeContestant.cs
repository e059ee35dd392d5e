using PollIO.SideBySide.Contests;

namespace PollIO.Bench.Tests;

/// <summary>Gives its figures one after the other; NaN is a run that fails.</summary>
internal sealed class FakeContestant(string name, string? missing, params double[] figures) : IContestant
{
    internal const string Key = "figure";

    internal List<string> Log { get; init; } = [];

    public string Name => name;

    public string? Missing => missing;

    private int _runs;

    public Task<Sample> MeasureAsync(CancellationToken cancellation)
    {
        Log.Add(name);
        double figure = figures[_runs++ % figures.Length];
        return double.IsNaN(figure)
            ? throw new PollIOException("run", name, "it broke")
            : Task.FromResult(new Sample(new Dictionary<string, double> { [Key] = figure }) { AllocatedBytes = 0, Collections = 0 });
    }
}
