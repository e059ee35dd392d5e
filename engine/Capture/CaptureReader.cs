using System.Runtime.CompilerServices;

namespace PollIO.Capture;

/// <summary>
/// Reads the packets of a capture file, pcap or pcapng in either byte order, in large chunks and without allocating per record.
/// What goes wrong while reading is a <see cref="Status"/>, never an exception. One thread at a time.
/// </summary>
public abstract class CaptureReader : IDisposable
{
    /// <summary>The longest packet that is delivered, in bytes; a file that claims a longer one is corrupt.</summary>
    public const int MaxCapturedLength = 256 * 1024;

    private protected const string OpenOperation = "open capture";
    private const string ReadOperation = "read capture";

    private protected CaptureReader(CaptureFile file) => File = file;

    /// <summary>The path, or the name that came with the stream.</summary>
    public string Name => File.Name;

    /// <summary>The file's format.</summary>
    public abstract CaptureFormat Format { get; }

    /// <summary>Records delivered since the file was opened or last rewound.</summary>
    public long RecordsRead { get; private set; }

    /// <summary>What the last <see cref="TryReadNext"/> ended with.</summary>
    public CaptureStatus Status { get; private set; }

    /// <summary>The file, the byte offset, the record's number and the reason, when reading stopped before the end; else null.</summary>
    public PollIOException? Error { get; private set; }

    /// <summary>False for pipes and sockets.</summary>
    public bool CanRewind => File.CanSeek;

    private protected CaptureFile File { get; }

    /// <summary>Opens a capture file.</summary>
    /// <exception cref="PollIOException">
    /// The file is missing, not readable, empty, compressed, not a capture, of a version or link type that is not supported, or ends inside
    /// its header.
    /// </exception>
    public static CaptureReader Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(CaptureFile.Open(path));
    }

    /// <summary>Reads a capture from where <paramref name="stream"/> stands. The reader owns the stream.</summary>
    /// <param name="stream">A readable stream; one that cannot seek is read through and cannot be rewound.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="PollIOException">As for <see cref="Open(string)"/>.</exception>
    public static CaptureReader Open(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Open(new CaptureFile(stream, name));
    }

    /// <summary>Reads the next packet.</summary>
    /// <param name="record">What the file says of it.</param>
    /// <param name="data">Its captured bytes, in the reader's buffer: valid until the next call.</param>
    /// <returns>False when there is none, and <see cref="Status"/> says why.</returns>
    public bool TryReadNext(out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        if (Status == CaptureStatus.Record && TryReadRecord(out record, out data))
        {
            RecordsRead++;
            return true;
        }

        record = default;
        data = default;
        return false;
    }

    /// <summary>Goes back to the first record. A file without records ends again at once.</summary>
    /// <exception cref="PollIOException">It is a pipe, or the file's header can no longer be read.</exception>
    public void Rewind()
    {
        if (!CanRewind)
        {
            throw new PollIOException("rewind capture", Name, "cannot be read twice, it is not a file");
        }

        File.Rewind();
        RecordsRead = 0;
        Status = CaptureStatus.Record;
        Error = null;
        ReadFileHeader();
    }

    /// <summary>Closes the file. Spans handed out before are no longer valid.</summary>
    public void Dispose()
    {
        File.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads what stands before the first record and throws when it cannot be read.</summary>
    private protected abstract void ReadFileHeader();

    private protected abstract bool TryReadRecord(out CaptureRecord record, out ReadOnlySpan<byte> data);

    /// <summary>Ends reading where a record or block could start: the end of the file, or a piece too short to be one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected bool StopBetweenRecords(long offset, string what)
    {
        if (File.Available != 0 || File.Failure is not null)
        {
            return StopInside(offset, what);
        }

        Status = CaptureStatus.EndOfFile;
        return false;
    }

    /// <summary>Ends reading inside a record or block, after a peek or skip that failed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected bool StopInside(long offset, string what)
    {
        if (File.Failure is { } failure)
        {
            Status = CaptureStatus.ReadFailed;
            Error = new PollIOException(
                ReadOperation, Name, $"record {RecordsRead + 1} at byte {offset}: cannot be read", IoErrno.Of(failure), null, failure);
            return false;
        }

        long end = File.Offset + File.Available;
        return Stop(CaptureStatus.Truncated, offset, $"the file ends at byte {end}, inside this {what}");
    }

    /// <summary>Ends reading at a place that breaks the format or is not supported.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected bool Stop(CaptureStatus status, long offset, string reason, string? remedy = null)
    {
        Status = status;
        Error = new PollIOException(ReadOperation, Name, $"record {RecordsRead + 1} at byte {offset}: {reason}", 0, remedy);
        return false;
    }

    /// <summary>The error for a header that the file is too short for, or that the system refuses to read.</summary>
    private protected PollIOException HeaderUnreadable(string header) => File.Failure is { } failure
        ? new PollIOException(OpenOperation, Name, "cannot be read", IoErrno.Of(failure), null, failure)
        : new PollIOException(OpenOperation, Name, $"ends after {File.Offset + File.Available} bytes, inside its {header}");

    private static CaptureReader Open(CaptureFile file)
    {
        try
        {
            CaptureReader reader = CaptureMagic.Identify(file);
            reader.ReadFileHeader();
            reader.RefuseUnsupportedContents();
            return reader;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // A pcapng file states its link types per interface, so only the first packet shows that a file is of no use here.
    // Users learn that when they open it, wherever the file can be read twice.
    private void RefuseUnsupportedContents()
    {
        if (!CanRewind)
        {
            return;
        }

        TryReadNext(out _, out _);
        if (Status == CaptureStatus.Unsupported)
        {
            throw Error!;
        }

        Rewind();
    }
}
