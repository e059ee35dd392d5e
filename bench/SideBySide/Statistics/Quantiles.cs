namespace PollIO.SideBySide.Statistics;

/// <summary>The median and what can be said of it without knowing the distribution.</summary>
internal static class Quantiles
{
    /// <summary>The middle value; the mean of the two middle ones when there is an even number.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    internal static double Median(IReadOnlyCollection<double> values)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("the median of nothing is not defined", nameof(values));
        }

        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>
    /// The narrowest pair of order statistics that encloses the population's median with the confidence asked for; the smallest and
    /// largest value, and the confidence they have, when there are too few values for it.
    /// </summary>
    /// <remarks>
    /// The k-th smallest of n values lies above the median exactly when fewer than k of them lie below it, which has the probability
    /// of fewer than k heads in n tosses of a coin (H. A. David, "Order Statistics", §7.1).
    /// </remarks>
    internal static MedianInterval IntervalOfMedian(IReadOnlyCollection<double> values, double confidence = 0.95)
    {
        if (values.Count == 0)
        {
            throw new ArgumentException("the median of nothing is not defined", nameof(values));
        }

        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        double term = Math.Pow(0.5, n);
        double tail = term;
        var interval = new MedianInterval(sorted[0], sorted[^1], 1 - (2 * tail));
        for (int k = 2; k <= n / 2; k++)
        {
            term *= (n - k + 2) / (double)(k - 1);
            tail += term;
            if (1 - (2 * tail) < confidence)
            {
                break;
            }

            interval = new MedianInterval(sorted[k - 1], sorted[n - k], 1 - (2 * tail));
        }

        return interval;
    }
}
