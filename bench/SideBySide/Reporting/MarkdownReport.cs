using System.Text;

namespace PollIO.SideBySide.Reporting;

/// <summary>The report as Markdown.</summary>
internal static class MarkdownReport
{
    internal static string Create(Report report)
    {
        var text = new StringBuilder("# PollIO and DPDK side by side\n\n");
        foreach ((string name, string value) in report.Machine.Concat(report.Settings))
        {
            text.Append("- ").Append(name).Append(": ").Append(value).Append('\n');
        }

        text.Append('\n');
        WriteTable(text, Cells.RatioHeadings, report.Ratios().Select(Cells.Of));
        text.Append('\n');
        foreach (string note in Cells.Legend(report))
        {
            text.Append(note).Append("  \n");
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
