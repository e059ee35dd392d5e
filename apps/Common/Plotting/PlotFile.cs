namespace PollIO.Apps.Common.Plotting;

/// <summary>Writes drawings.</summary>
internal static class PlotFile
{
    /// <summary>Tells at once when a drawing cannot be written later.</summary>
    /// <exception cref="PollIOException">There is no such folder, or it is a folder.</exception>
    internal static void Check(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (Directory.Exists(path) || !Directory.Exists(folder))
        {
            throw Directory.Exists(path)
                ? new PollIOException("write plot", path, "is a folder")
                : new PollIOException("write plot", path, $"there is no folder {folder}", remedy: $"mkdir -p {folder}");
        }
    }

    /// <summary>Writes a drawing.</summary>
    /// <exception cref="PollIOException">The file cannot be written.</exception>
    internal static void Write(string path, string svg)
    {
        try
        {
            File.WriteAllText(path, svg);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException("write plot", path, e.Message.ReplaceLineEndings(" ").TrimEnd('.'), innerException: e);
        }
    }
}
