using System.Globalization;
using System.Text.RegularExpressions;

namespace PollIO.SideBySide.Dpdk;

/// <summary>Reads the single-producer single-consumer lines of pointer rings from what <c>ring_perf_autotest</c> prints.</summary>
/// <remarks>
/// DPDK 22.11, app/test/test_ring_perf.c. On one core a line is the cycles of one call that puts a burst in and one that takes it
/// out. Between two cores it is cycles an item, those of the putting core and those of the taking core added.
/// </remarks>
internal static partial class RingPerfParser
{
    /// <summary>The lines found; the same line twice keeps the first, which is of the 8-byte elements.</summary>
    internal static Dictionary<RingPerfRow, double> Parse(IEnumerable<string> lines)
    {
        var rows = new Dictionary<RingPerfRow, double>();
        bool? twoCores = false;
        foreach (string line in lines)
        {
            if (line.StartsWith("### Testing", StringComparison.Ordinal))
            {
                twoCores = Scope(line);
            }
            else if (twoCores is { } scope && Row().Match(line) is { Success: true } match)
            {
                int size = match.Groups["size"].Success ? int.Parse(match.Groups["size"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 1;
                double cycles = double.Parse(match.Groups["cycles"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
                rows.TryAdd(new RingPerfRow(scope, match.Groups["api"].Value, size), cycles);
            }
        }

        return rows;
    }

    /// <summary>Hyperthreads, cores of one socket or of two: what the machine has; empty dequeues and all-core runs are left out.</summary>
    private static bool? Scope(string heading) =>
        heading.Contains("using two", StringComparison.Ordinal) ? true
        : heading.Contains("enq/deq", StringComparison.Ordinal) ? false
        : null;

    [GeneratedRegex(@"^legacy APIs: SP/SC: (?<api>single|burst|bulk)(?: \(size: (?<size>\d+)\))?: (?<cycles>[\d.]+)$")]
    private static partial Regex Row();
}
