using PollIO.Apps.Common.Plotting;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Reporting;

/// <summary>Writes the files a run was asked for.</summary>
internal static class ReportFiles
{
    internal const string Json = "report.json";
    internal const string Markdown = "report.md";

    /// <summary>Makes the folder of the report, and tells at once what cannot be written later.</summary>
    /// <exception cref="PollIOException">A folder cannot be made, or is not there.</exception>
    internal static void Check(RunnerOptions options)
    {
        if (options.ReportFolder is { } folder)
        {
            Try(folder, () => Directory.CreateDirectory(folder));
        }

        foreach (string? file in (string?[])[options.JsonFile, options.MarkdownFile])
        {
            if (file is not null && (Directory.Exists(file) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file)))))
            {
                throw new PollIOException("write report", file, "its folder is not there, or it is a folder itself");
            }
        }
    }

    /// <summary>Writes what was asked for.</summary>
    /// <exception cref="PollIOException">A file cannot be written.</exception>
    internal static void Write(Report report)
    {
        RunnerOptions options = report.Options;
        if (options.JsonFile is { } json)
        {
            Try(json, () => File.WriteAllText(json, JsonReport.Create(report)));
        }

        if (options.MarkdownFile is { } markdown)
        {
            Try(markdown, () => File.WriteAllText(markdown, MarkdownReport.Create(report, [])));
        }

        if (options.ReportFolder is { } folder)
        {
            (PlotKind Kind, string Svg)[] plots = [.. ReportPlots.Draw(report)];
            foreach ((PlotKind kind, string svg) in plots)
            {
                PlotFile.Write(Path.Combine(folder, kind.File), svg);
            }

            Try(folder, () => File.WriteAllText(Path.Combine(folder, Json), JsonReport.Create(report)));
            Try(folder, () => File.WriteAllText(Path.Combine(folder, Markdown), MarkdownReport.Create(report, [.. plots.Select(plot => (plot.Kind.Title, plot.Kind.File))])));
        }
    }

    private static void Try(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException("write report", path, e.Message.ReplaceLineEndings(" ").TrimEnd('.'), innerException: e);
        }
    }
}
