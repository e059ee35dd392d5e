using System.Buffers;
using System.Runtime.CompilerServices;

namespace PollIO.Capture;

/// <summary>
/// A window that slides over a capture file: large reads into one pooled buffer, records looked at in place.
/// Offsets are 64-bit and count from where the stream stood when it was handed over.
/// </summary>
internal sealed class CaptureFile : IDisposable
{
    /// <summary>The most bytes that can be looked at in one piece.</summary>
    internal const int MaxPeek = 1 << 20;

    private const string OpenOperation = "open capture";

    private readonly Stream _stream;
    private readonly bool _canSeek;
    private readonly long _origin;
    private byte[] _buffer;
    private long _windowOffset;
    private int _position;
    private int _end;
    private bool _disposed;

    internal CaptureFile(Stream stream, string name)
    {
        _stream = stream;
        _canSeek = stream.CanSeek;
        _origin = _canSeek ? stream.Position : 0;
        _buffer = ArrayPool<byte>.Shared.Rent(MaxPeek);
        Name = name;
    }

    internal string Name { get; }

    internal bool CanSeek => _canSeek;

    /// <summary>The file offset of the next byte to be looked at.</summary>
    internal long Offset => _windowOffset + _position;

    /// <summary>Bytes in the window. After a peek that failed, all that is left of the file.</summary>
    internal int Available => _end - _position;

    /// <summary>Why the system refused to read, or null.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Opens a file for reading, without locking it: a capture that another program still writes may be read.</summary>
    /// <exception cref="PollIOException">It is missing, a directory, or not readable.</exception>
    internal static CaptureFile Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new PollIOException(OpenOperation, path, "is a directory, not a capture file");
        }

        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.SequentialScan,
                BufferSize = 0,
            };
            return new CaptureFile(new FileStream(path, options), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PollIOException(OpenOperation, path, "cannot be opened for reading", IoErrno.Of(e), Remedy(e, path), e);
        }
    }

    /// <summary>
    /// Looks at the next <paramref name="count"/> bytes (at most <see cref="MaxPeek"/>) without taking them. They stay where they are until
    /// the next peek or skip. False when the file has fewer or the system refuses to read.
    /// </summary>
    internal bool TryPeek(int count, out ReadOnlySpan<byte> bytes)
    {
        if (_end - _position >= count || Fill(count))
        {
            bytes = _buffer.AsSpan(_position, count);
            return true;
        }

        bytes = default;
        return false;
    }

    /// <summary>Takes bytes that have been looked at.</summary>
    internal void Advance(int count) => _position += count;

    /// <summary>
    /// Passes over any number of bytes, by seeking where the file allows it. False when the file ends first or the system refuses to read.
    /// </summary>
    internal bool TrySkip(long count)
    {
        while (count > Available)
        {
            // Files of no stated length (those of /proc among them) and files that end too early are read through instead.
            if (_canSeek && Offset + count <= _stream.Length)
            {
                SeekTo(Offset + count);
                return true;
            }

            count -= Available;
            _position = _end;
            if (!Fill(1))
            {
                return false;
            }
        }

        _position += (int)count;
        return true;
    }

    internal void Rewind()
    {
        Failure = null;
        if (_windowOffset == 0)
        {
            // A file that fits the window is looped over without reading it again.
            _position = 0;
            return;
        }

        SeekTo(0);
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _position = _end = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _stream.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Fill(int count)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int available = Available;
        _buffer.AsSpan(_position, available).CopyTo(_buffer);
        _windowOffset += _position;
        _position = 0;
        _end = available;
        while (_end < count)
        {
            int read = Read(_buffer.AsSpan(_end));
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private int Read(Span<byte> free)
    {
        try
        {
            return _stream.Read(free);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e;
            return 0;
        }
    }

    private void SeekTo(long offset)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _windowOffset = offset;
        _position = _end = 0;
        _stream.Position = _origin + offset;
    }

    private static string? Remedy(Exception exception, string path) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "check the path",
        UnauthorizedAccessException => $"give this user the right to read it, for example: chmod o+r {path}",
        _ => null,
    };
}
