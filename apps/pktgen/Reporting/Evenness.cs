using PollIO.Apps.Pktgen.Sending;

namespace PollIO.Apps.Pktgen.Reporting;

/// <summary>How evenly all lanes kept their rates.</summary>
/// <param name="Windows">Windows of 10 ms of every lane.</param>
/// <param name="Kept">Those within 5 % of the lane's rate.</param>
/// <param name="Worst">The deviation farthest from zero, as a share.</param>
/// <param name="Average">The deviation of a lane's average over all its windows that is farthest from zero, as a share.</param>
/// <param name="ForgivenSeconds">The longest that a lane was behind without catching up.</param>
internal sealed record Evenness(long Windows, long Kept, double Worst, double Average, double ForgivenSeconds)
{
    internal double KeptPercent => Windows == 0 ? 100 : 100.0 * Kept / Windows;

    internal double WorstPercent => Worst * 100;

    internal static Evenness Of(IEnumerable<SendLane> lanes)
    {
        var sum = new Evenness(0, 0, 0, 0, 0);
        foreach (SendLane lane in lanes)
        {
            sum = new Evenness(
                sum.Windows + (lane.Windows?.Count ?? 0),
                sum.Kept + (lane.Windows?.Kept ?? 0),
                Farther(lane.Windows?.Worst ?? 0, sum.Worst),
                Farther(lane.Windows?.Average ?? 0, sum.Average),
                Math.Max(sum.ForgivenSeconds, lane.ForgivenSeconds));
        }

        return sum;
    }

    private static double Farther(double one, double other) => Math.Abs(one) > Math.Abs(other) ? one : other;
}
