using System.Text;

namespace PollIO.SideBySide.Reporting;

/// <summary>The report as aligned text of at most 100 columns, notes wrapped.</summary>
internal static class TextReport
{
    internal const int Width = 100;

    internal static string Create(Report report)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in report.Machine.Concat(report.Settings))
        {
            Wrap(text, $"{name,-15}", value);
        }

        text.Append('\n');
        TextTable.Write(text, Cells.RatioHeadings, [.. report.Ratios().Select(Cells.Of)], rightAligned: [2, 4, 5, 7]);
        text.Append('\n');
        foreach (string note in Cells.Legend(report))
        {
            Wrap(text, "", note);
        }

        string[][] evidence = [.. report.Evidence().Select(line => (string[])[line.Title, line.Contestant, line.Name, Cells.Evidence(line.Value)])];
        if (evidence.Length != 0)
        {
            text.Append('\n');
            TextTable.Write(text, ["beside the figures", "", "", ""], evidence, rightAligned: [3]);
        }

        return text.ToString();
    }

    private static void Wrap(StringBuilder text, string head, string body)
    {
        string indent = new(' ', head.Length);
        string line = head;
        bool isFresh = true;
        foreach (string word in body.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFresh && line.Length + 1 + word.Length > Width)
            {
                text.Append(line.TrimEnd()).Append('\n');
                (line, isFresh) = (indent, true);
            }

            line += isFresh ? word : $" {word}";
            isFresh = false;
        }

        text.Append(line).Append('\n');
    }
}
