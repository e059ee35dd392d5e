using PollIO.Apps.Common.Reporting;
using PollIO.Apps.Latency.Measuring;

namespace PollIO.Apps.Latency.Reporting;

/// <summary>A histogram drawn with characters: rows on a logarithmic scale from the shortest latency to the longest, in 80 columns.</summary>
internal static class TextHistogram
{
    private const int Rows = 16;
    private const int BarWidth = 34;

    /// <summary>Adds the rows, from the first that holds something to the last.</summary>
    internal static void Write(TextBuffer text, LatencyHistogram latency)
    {
        if (latency.Count == 0)
        {
            return;
        }

        double lowest = Math.Max(latency.Min, 1);
        double step = Math.Pow(Math.Max(latency.Max / lowest, 1.0001), 1.0 / Rows);
        var counts = new long[Rows];
        foreach ((long lower, long upper, long count) in latency.Buckets)
        {
            double middle = Math.Max((lower + upper) / 2.0, lowest);
            counts[Math.Clamp((int)(Math.Log(middle / lowest) / Math.Log(step)), 0, Rows - 1)] += count;
        }

        long most = counts.Max();
        text.Text("    from µs       to µs         packets  share\n"u8);
        for (int row = 0; row < Rows; row++)
        {
            double from = TrialResult.Microseconds(lowest * Math.Pow(step, row));
            int bar = (int)Math.Round((double)counts[row] * BarWidth / most);
            text.Right(from, 11, "N2").Right(from * step, 12, "N2").Right(counts[row], 14, "N0")
                .Right(100.0 * counts[row] / latency.Count, 7, "F2").Text("% "u8)
                .Text(new string('#', counts[row] == 0 ? 0 : Math.Max(bar, 1))).Text("\n"u8);
        }
    }
}
