using System.Globalization;
using System.Text.RegularExpressions;

namespace PollIO.Peer.Tests.Support;

/// <summary>The command line of a ping whose replies all count, however late they come, and what it prints.</summary>
/// <remarks>
/// Without a deadline ping leaves two round trips after its last request, and calls replies lost that a busy CPU holds up for longer.
/// With one it goes on sending until so many replies came: those to the first requests are counted here.
/// </remarks>
internal static partial class Ping
{
    private const int Patience = 30;

    /// <param name="address">Who is asked.</param>
    /// <param name="count">Requests.</param>
    /// <param name="size">Bytes behind the ICMP header.</param>
    /// <param name="interval">Seconds between them; null sends each as soon as the last was answered.</param>
    internal static string[] Arguments(string address, int count, int size, double? interval)
    {
        string[] pace = interval is { } seconds ? ["-i", seconds.ToString(CultureInfo.InvariantCulture)] : ["-A"];
        return ["-n", "-c", $"{count}", "-s", $"{size}", .. pace, "-w", $"{(int)(2 * count * (interval ?? 0)) + Patience}", address];
    }

    /// <summary>Reads what it printed, as if it had sent <paramref name="count"/> requests and no more.</summary>
    internal static PingResult Parse(string text, int count)
    {
        PingResult pings = PingResult.Parse(text);
        int answered = Sequence().Matches(text).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Where(number => number <= count).Distinct().Count();
        return pings with { Sent = Math.Min(pings.Sent, count), Received = answered };
    }

    [GeneratedRegex(@"icmp_seq=(\d+) ttl")]
    private static partial Regex Sequence();
}
