namespace PollIO.Apps.Common.Reporting;

/// <summary>Where text for people goes: standard output, or standard error when the JSON summary has standard output.</summary>
internal sealed class Screen : IDisposable
{
    private readonly Stream _stream;
    private readonly TextBuffer _text = new();

    internal Screen(bool onStandardError)
    {
        _stream = onStandardError ? Console.OpenStandardError() : Console.OpenStandardOutput();
        bool redirected = onStandardError ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        IsTerminal = !redirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
    }

    /// <summary>Whether text can be drawn over.</summary>
    internal bool IsTerminal { get; }

    /// <summary>Lines of the terminal, as of now.</summary>
    internal static int Height => Console.WindowHeight;

    /// <summary>Columns of the terminal, as of now; where text goes elsewhere its lines have no end.</summary>
    internal int Width => IsTerminal && Console.WindowWidth is > 0 and int width ? width : int.MaxValue;

    /// <summary>An empty buffer; what is in it appears with <see cref="Flush"/>.</summary>
    internal TextBuffer Begin()
    {
        _text.Clear();
        return _text;
    }

    /// <summary>Shows the buffer in one write.</summary>
    internal void Flush()
    {
        try
        {
            _stream.Write(_text.Written);
            _stream.Flush();
        }
        catch (IOException)
        {
            // Nobody reads it any more, or there is no room for it; packets go on, and the exit code is theirs.
        }
    }

    public void Dispose() => _stream.Dispose();
}
