using System.Globalization;
using System.Text.RegularExpressions;

namespace PollIO.SideBySide.Dpdk;

/// <summary>Reads the lines of <c>mempool_perf_autotest</c> (DPDK 22.11, app/test/test_mempool_perf.c).</summary>
internal static partial class MempoolPerfParser
{
    /// <summary>Reads one line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="row">What it is about.</param>
    /// <param name="rate">Objects taken and given back a second, as printed.</param>
    /// <returns>Whether it is a line with a rate.</returns>
    internal static bool TryParse(string line, out MempoolPerfRow row, out double rate)
    {
        Match match = Row().Match(line);
        if (!match.Success)
        {
            (row, rate) = (default, 0);
            return false;
        }

        row = new MempoolPerfRow(Number("cache"), Number("cores"), Number("get"), Number("put"), Number("keep"), Number("constant") != 0);
        rate = double.Parse(match.Groups["rate"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^mempool_autotest cache=(?<cache>\d+) cores=(?<cores>\d+) n_get_bulk=(?<get>\d+) n_put_bulk=(?<put>\d+) n_keep=(?<keep>\d+) constant_n=(?<constant>[01]) rate_persec=(?<rate>\d+)\s*$")]
    private static partial Regex Row();
}
