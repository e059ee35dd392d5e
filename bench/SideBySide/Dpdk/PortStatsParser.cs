using System.Globalization;
using System.Text.RegularExpressions;

namespace PollIO.SideBySide.Dpdk;

/// <summary>Reads what testpmd prints for <c>show port stats all</c>, line by line.</summary>
internal sealed partial class PortStatsParser
{
    private readonly List<PortReading> _ports = [];
    private PortReading _current;
    private bool _inside;

    /// <summary>The ports whose blocks are complete.</summary>
    internal IReadOnlyList<PortReading> Ports => _ports;

    /// <summary>Takes the next line.</summary>
    internal void Feed(string line)
    {
        if (Heading().Match(line) is { Success: true } heading)
        {
            _current = new PortReading { Port = (int)Number(heading) };
            _inside = true;
        }
        else if (!_inside)
        {
            return;
        }
        else if (line.AsSpan().Trim() is { Length: > 20 } text && text.Trim('#').IsEmpty)
        {
            _ports.Add(_current);
            _inside = false;
        }
        else if (RxPackets().Match(line) is { Success: true } rxPackets)
        {
            _current = _current with { RxPackets = Number(rxPackets) };
        }
        else if (TxPackets().Match(line) is { Success: true } txPackets)
        {
            _current = _current with { TxPackets = Number(txPackets) };
        }
        else if (RxRate().Match(line) is { Success: true } rxRate)
        {
            _current = _current with { RxPerSecond = Number(rxRate) };
        }
        else if (TxRate().Match(line) is { Success: true } txRate)
        {
            _current = _current with { TxPerSecond = Number(txRate) };
        }
    }

    private static long Number(Match match) => long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"# NIC statistics for port (\d+) +#")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\s*RX-packets: +(\d+)")]
    private static partial Regex RxPackets();

    [GeneratedRegex(@"^\s*TX-packets: +(\d+)")]
    private static partial Regex TxPackets();

    [GeneratedRegex(@"^\s*Rx-pps: +(\d+)")]
    private static partial Regex RxRate();

    [GeneratedRegex(@"^\s*Tx-pps: +(\d+)")]
    private static partial Regex TxRate();
}
