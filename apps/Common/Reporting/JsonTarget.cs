namespace PollIO.Apps.Common.Reporting;

/// <summary>
/// Where the JSON summary goes. A file is opened at once, so that one that cannot be written is known before the first packet, but
/// not touched until the summary is there; one that was made for a run that failed is taken away again.
/// </summary>
internal sealed class JsonTarget : IDisposable
{
    private readonly string _name;
    private readonly Stream _stream;
    private readonly bool _created;
    private bool _written;

    private JsonTarget(string name, Stream stream, bool created)
    {
        _name = name;
        _stream = stream;
        _created = created;
    }

    /// <summary>Opens the target.</summary>
    /// <param name="name">A path, "-" for standard output, or null for none.</param>
    /// <exception cref="PollIOException">The file cannot be written.</exception>
    internal static JsonTarget? Open(string? name)
    {
        if (name is null or "-")
        {
            return name is null ? null : new JsonTarget("standard output", Console.OpenStandardOutput(), created: false);
        }

        try
        {
            bool created = !Path.Exists(name);
            return new JsonTarget(name, new FileStream(name, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0), created);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Failure(name, e);
        }
    }

    /// <summary>Writes the object as one line.</summary>
    /// <exception cref="PollIOException">Writing failed.</exception>
    internal void Write(ReadOnlyMemory<byte> json)
    {
        try
        {
            // Devices that can seek cannot be cut.
            if (_stream.CanSeek && _stream.Length != 0)
            {
                _stream.SetLength(0);
            }

            _stream.Write(json.Span);
            _stream.Flush();
            _written = true;
        }
        catch (IOException e)
        {
            throw Failure(_name, e);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (_created && !_written)
        {
            File.Delete(_name);
        }
    }

    private static PollIOException Failure(string name, Exception e) =>
        e is DirectoryNotFoundException && Path.GetDirectoryName(name) is { Length: > 0 } folder
            ? new("write JSON summary", name, $"there is no folder {folder}", remedy: $"mkdir -p {folder}", innerException: e)
            : new("write JSON summary", name, e.Message.ReplaceLineEndings(" ").TrimEnd('.'), innerException: e);
}
