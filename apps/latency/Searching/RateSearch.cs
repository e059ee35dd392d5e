namespace PollIO.Apps.Latency.Searching;

/// <summary>
/// Searches the highest rate that passes, as RFC 2544 section 26.1 does it: at the highest rate first, and then at the middle of what is
/// left, until that is narrow enough.
/// </summary>
internal static class RateSearch
{
    /// <summary>Searches.</summary>
    /// <param name="highest">The rate to begin with, above 0.</param>
    /// <param name="resolution">How wide the rest may be, as a share of <paramref name="highest"/>.</param>
    /// <param name="tryRate">Tries a rate; null ends the search.</param>
    /// <returns>The highest rate that passed, or 0 when none did, and the lowest that failed, or infinity.</returns>
    internal static (double Passed, double Failed) Run(double highest, double resolution, Func<double, bool?> tryRate)
    {
        double passed = 0;
        double failed = double.PositiveInfinity;
        double next = highest;
        while (tryRate(next) is { } passes)
        {
            if (passes)
            {
                passed = next;
            }
            else
            {
                failed = next;
            }

            if (failed - passed <= highest * resolution || passed >= highest)
            {
                break;
            }

            next = (passed + failed) / 2;
        }

        return (passed, failed);
    }
}
