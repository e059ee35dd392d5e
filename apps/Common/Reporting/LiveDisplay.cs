using System.Diagnostics;

namespace PollIO.Apps.Common.Reporting;

/// <summary>
/// Live statistics: a table drawn over itself on a terminal that has room for it, otherwise a line each time. Nothing is allocated.
/// </summary>
internal sealed class LiveDisplay
{
    private const int NameWidth = 17;
    private const int RateWidth = 13;
    private const int BitsWidth = 11;
    private const int DropsWidth = 13;

    private readonly Screen _screen;
    private readonly Meter _meter;
    private readonly string[] _names;
    private readonly long _start;
    private Reading _before;
    private Reading _now;
    private int _drawn;

    /// <summary>Creates a display; the first rates it shows are those from here on.</summary>
    /// <param name="screen">Where it shows.</param>
    /// <param name="meter">What it shows.</param>
    /// <param name="names">What the ports are called.</param>
    internal LiveDisplay(Screen screen, Meter meter, IEnumerable<string> names)
    {
        _screen = screen;
        _meter = meter;
        _names = [.. names.Select((name, number) => $"{number} {name}")];
        _before = meter.CreateReading();
        _now = meter.CreateReading();
        meter.Read(_before);
        _start = _before.Timestamp;
    }

    // Heading, ports, total, lcores.
    private int Lines => _names.Length + 3;

    private double SecondsSinceStart => Stopwatch.GetElapsedTime(_start, _now.Timestamp).TotalSeconds;

    /// <summary>Shows what has happened since the last time.</summary>
    internal void Show()
    {
        _meter.Read(_now);
        TextBuffer text = _screen.Begin();
        if (_screen.IsTerminal && Lines < Screen.Height)
        {
            Table(text);
        }
        else
        {
            Line(text);
        }

        _screen.Flush();
        (_before, _now) = (_now, _before);
    }

    private void Table(TextBuffer text)
    {
        if (_drawn != 0)
        {
            text.Text("\e["u8).Number(_drawn, "D").Text("A\r"u8);
        }

        // No automatic wrapping: on a narrow terminal a line is cut instead, and the lines drawn stay as many as they are.
        text.Text("\e[?7l"u8);
        text.Left("port", NameWidth).RightText("rx pps", RateWidth).RightText("tx pps", RateWidth).RightText("rx Mbit/s", BitsWidth);
        EndRow(text.RightText("tx Mbit/s", BitsWidth).RightText("drops", DropsWidth));
        double seconds = _now.SecondsSince(_before);
        for (int i = 0; i < _names.Length; i++)
        {
            Row(text, _names[i], _now.Ports[i] - _before.Ports[i], _now.Ports[i].Drops, seconds);
        }

        Row(text, "total", _now.Total - _before.Total, _now.Total.Drops, seconds);
        text.Number(SecondsSinceStart, "F1").Text(" s  busy "u8).Number(BusyPercent, "F1").Text("%  "u8);
        EndRow(text.Number(CyclesPerPacket, "F1").Text(" cycles/packet"u8));
        text.Text("\e[?7h"u8);
        _drawn = Lines;
    }

    private static void Row(TextBuffer text, string name, in PortReading growth, long drops, double seconds)
    {
        text.Left(name, NameWidth)
            .Right((long)(growth.RxPackets / seconds), RateWidth, "N0")
            .Right((long)(growth.TxPackets / seconds), RateWidth, "N0")
            .Right((long)(growth.RxBytes * 8 / seconds / 1e6), BitsWidth, "N0")
            .Right((long)(growth.TxBytes * 8 / seconds / 1e6), BitsWidth, "N0")
            .Right(drops, DropsWidth, "N0");
        EndRow(text);
    }

    private static void EndRow(TextBuffer text) => text.Text("\e[K\r\n"u8);

    private void Line(TextBuffer text)
    {
        double seconds = _now.SecondsSince(_before);
        PortReading growth = _now.Total - _before.Total;
        text.Right(SecondsSinceStart, 8, "F1").Text(" s  rx "u8)
            .Number((long)(growth.RxPackets / seconds), "N0").Text(" pps "u8)
            .Number((long)(growth.RxBytes * 8 / seconds / 1e6), "N0").Text(" Mbit/s  tx "u8)
            .Number((long)(growth.TxPackets / seconds), "N0").Text(" pps "u8)
            .Number((long)(growth.TxBytes * 8 / seconds / 1e6), "N0").Text(" Mbit/s  drops "u8)
            .Number(_now.Total.Drops, "N0").Text("  busy "u8)
            .Number(BusyPercent, "F1").Text("%  "u8)
            .Number(CyclesPerPacket, "F1").Text(" cycles/packet\n"u8);
        _drawn = 0;
    }

    private double BusyPercent
    {
        get
        {
            long busy = _now.Forwarding.BusyCycles - _before.Forwarding.BusyCycles;
            long idle = _now.Forwarding.IdleCycles - _before.Forwarding.IdleCycles;
            return busy + idle == 0 ? 0 : 100.0 * busy / (busy + idle);
        }
    }

    private double CyclesPerPacket
    {
        get
        {
            long packets = _now.Forwarding.Packets - _before.Forwarding.Packets;
            return packets == 0 ? 0 : (double)(_now.Forwarding.BusyCycles - _before.Forwarding.BusyCycles) / packets;
        }
    }
}
