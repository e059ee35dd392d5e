using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Contests;

/// <summary>One figure of a contest.</summary>
/// <param name="Key">Its name in samples.</param>
/// <param name="Title">Its name in reports.</param>
/// <param name="Unit">Its unit; "Mpps" figures are kept as packets a second.</param>
/// <param name="HigherIsBetter">False for costs.</param>
internal sealed record Row(string Key, string Title, string Unit, bool HigherIsBetter)
{
    /// <summary>Where it stands in the report's plots.</summary>
    public IReadOnlyList<PlotPlace> Places { get; init; } = [];

    /// <summary>How many times better <paramref name="ours"/> is.</summary>
    internal double Ratio(double ours, double theirs) => HigherIsBetter ? ours / theirs : theirs / ours;
}
