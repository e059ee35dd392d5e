namespace PollIO.Apps.Common.Reporting;

/// <summary>A summary's table of ports, for people: 80 columns.</summary>
internal static class PortTable
{
    private const int NameWidth = 21;
    private const int CountWidth = 18;
    private const int DropsWidth = 13;
    private const int ErrorsWidth = 9;

    /// <summary>Adds a row for each port, and their sum.</summary>
    internal static void Write(TextBuffer text, IReadOnlyList<Port> ports, Reading totals)
    {
        text.Left("port", NameWidth).RightText("rx packets", CountWidth).RightText("tx packets", CountWidth)
            .RightText("drops", DropsWidth).RightText("errors", ErrorsWidth).Text("\n"u8);
        for (int i = 0; i < ports.Count; i++)
        {
            PortStatistics statistics = ports[i].GetStatistics();
            Row(text, $"{i} {ports[i].Name}", totals.Ports[i], statistics.Rx.Errors + statistics.Tx.Errors);
        }

        Row(text, "total", totals.Total, ports.Select(port => port.GetStatistics()).Sum(s => s.Rx.Errors + s.Tx.Errors));
    }

    private static void Row(TextBuffer text, string name, in PortReading reading, long errors) =>
        text.Left(name, NameWidth)
            .Right(reading.RxPackets, CountWidth, "N0")
            .Right(reading.TxPackets, CountWidth, "N0")
            .Right(reading.Drops, DropsWidth, "N0")
            .Right(errors, ErrorsWidth, "N0")
            .Text("\n"u8);
}
