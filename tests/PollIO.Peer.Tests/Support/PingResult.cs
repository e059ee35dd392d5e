using System.Globalization;
using System.Text.RegularExpressions;

namespace PollIO.Peer.Tests.Support;

/// <summary>What ping printed.</summary>
/// <param name="Sent">Requests sent.</param>
/// <param name="Received">Replies received, duplicates left out.</param>
/// <param name="Milliseconds">Round trip of every reply, sorted.</param>
/// <param name="Text">All of it, for messages.</param>
internal sealed partial record PingResult(int Sent, int Received, double[] Milliseconds, string Text)
{
    internal double Median => Milliseconds[Milliseconds.Length / 2];

    internal static PingResult Parse(string text)
    {
        Match summary = Summary().Match(text);
        Assert.True(summary.Success, $"ping printed no summary: {text}");
        double[] times = [.. Time().Matches(text).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).Order()];
        return new PingResult(int.Parse(summary.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(summary.Groups[2].Value, CultureInfo.InvariantCulture), times, text);
    }

    [GeneratedRegex(@"(\d+) packets transmitted, (\d+) received")]
    private static partial Regex Summary();

    [GeneratedRegex(@"time=([\d.]+) ms")]
    private static partial Regex Time();
}
