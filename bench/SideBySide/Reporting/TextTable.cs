using System.Text;

namespace PollIO.SideBySide.Reporting;

/// <summary>Columns as wide as their widest cell.</summary>
internal static class TextTable
{
    internal static void Write(StringBuilder text, string[] headings, IReadOnlyList<string[]> rows, int[] rightAligned)
    {
        int[] widths = [.. headings.Select((heading, column) => rows.Select(row => row[column].Length).Append(heading.Length).Max())];
        foreach (string[] row in rows.Prepend(headings))
        {
            IEnumerable<string> cells = row.Select((cell, column) => rightAligned.Contains(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }
    }
}
