using System.Text;

namespace PollIO.SideBySide.Reporting;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <summary>Makes the document.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="plots">Titles and files of pictures beside the document.</param>
    internal static string Create(Report report, IReadOnlyList<(string Title, string File)> plots)
    {
        var text = new StringBuilder("# PollIO and DPDK side by side\n\n");
        foreach ((string name, string value) in report.Machine.Concat(report.Settings))
        {
            text.Append("- ").Append(name).Append(": ").Append(value).Append('\n');
        }

        text.Append('\n');
        WriteTable(text, Cells.DetailedHeadings, report.Ratios().Select(Cells.DetailedOf));
        text.Append('\n');
        foreach (string note in Cells.Legend(report))
        {
            text.Append(note).Append("  \n");
        }

        foreach ((string title, string file) in plots)
        {
            text.Append("\n![").Append(title).Append("](").Append(file).Append(")\n");
        }

        text.Append("\n## Beside the figures\n\n");
        WriteTable(
            text,
            ["", "of", "what", "value"],
            report.Evidence().Select(line => (string[])[line.Title, line.Contestant, line.Name, Cells.Evidence(line.Value)]));
        return text.ToString();
    }

    private static void WriteTable(StringBuilder text, string[] headings, IEnumerable<string[]> rows)
    {
        WriteRow(text, headings);
        WriteRow(text, [.. headings.Select(_ => "---")]);
        foreach (string[] row in rows)
        {
            WriteRow(text, row);
        }
    }

    private static void WriteRow(StringBuilder text, string[] cells) =>
        text.Append("| ").Append(string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))).Append(" |\n");
}
