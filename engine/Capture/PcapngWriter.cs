using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace PollIO.Capture;

/// <summary>
/// Writes one section of pcapng 1.0 in little-endian byte order with time stamps in nanoseconds (draft-ietf-opsawg-pcapng), through one
/// preallocated buffer and without allocating per packet. Only whole blocks are handed to the system. What goes wrong while writing is a false
/// result and an <see cref="Error"/>, never an exception. One thread at a time. This part holds life cycle and file structure;
/// PcapngWriter.Packets.cs writes packets, PcapngWriter.Fields.cs the fields that all blocks are made of.
/// </summary>
public sealed partial class PcapngWriter : IDisposable
{
    /// <summary>The most bytes stored of a packet; what is longer is cut, as a snapshot length would.</summary>
    public const int MaxCapturedLength = CaptureReader.MaxCapturedLength;

    private const string CreateOperation = "create capture";
    private const int BufferLength = 1 << 20;
    private const UnixFileMode FileMode0644 =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private int[] _snapLengths = new int[4];
    private int _interfaceCount;
    private int _used;
    private bool _disposed;

    private PcapngWriter(Stream stream, string name, PcapngWriterOptions options, bool leaveOpen)
    {
        _stream = stream;
        _leaveOpen = leaveOpen;
        Name = name;
        WriteSectionHeader(options);
    }

    /// <summary>The path, or the name that came with the stream.</summary>
    public string Name { get; }

    /// <summary>Packets taken into the file or its buffer.</summary>
    public long PacketsWritten { get; private set; }

    /// <summary>Bytes handed to the system so far; what is buffered comes on top.</summary>
    public long BytesFlushed { get; private set; }

    /// <summary>Why writing stopped, or null. Once set, nothing more is written, and what was buffered is lost.</summary>
    public PollIOException? Error { get; private set; }

    /// <summary>Creates a capture file with mode 0644, or empties the one that is there.</summary>
    /// <exception cref="PollIOException">The file cannot be created, or another writer has it open.</exception>
    public static PcapngWriter Create(string path, PcapngWriterOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new PcapngWriterOptions();
        Validate(options);
        if (Directory.Exists(path))
        {
            throw new PollIOException(CreateOperation, path, "is a directory");
        }

        var fileOptions = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,

            // The lock keeps two captures out of one file; devices, /dev/null first of all, are not to be locked.
            Share = path.StartsWith("/dev/", StringComparison.Ordinal) ? FileShare.ReadWrite : FileShare.None,
            BufferSize = 0,
        };
        if (OperatingSystem.IsLinux())
        {
            fileOptions.UnixCreateMode = FileMode0644;
        }

        try
        {
            return new PcapngWriter(new FileStream(path, fileOptions), path, options, leaveOpen: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new PollIOException(CreateOperation, path, "cannot be opened for writing", IoErrno.Of(e), Remedy(e), e);
        }
    }

    /// <summary>Writes a capture to where <paramref name="stream"/> stands.</summary>
    /// <param name="stream">A writable stream, best without a buffer of its own.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">What to say in the section header, or null for the defaults.</param>
    /// <param name="leaveOpen">True to keep the stream open when the writer is disposed.</param>
    public static PcapngWriter Open(Stream stream, string name, PcapngWriterOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new PcapngWriterOptions();
        Validate(options);
        return new PcapngWriter(stream, name, options, leaveOpen);
    }

    /// <summary>Writes a capture to an open descriptor: a file, or the writing end of a pipe. The writer owns the handle.</summary>
    /// <param name="handle">The descriptor.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="options">What to say in the section header, or null for the defaults.</param>
    public static PcapngWriter Open(SafeFileHandle handle, string name, PcapngWriterOptions? options = null) =>
        Open(new FileStream(handle, FileAccess.Write, bufferSize: 0), name, options);

    /// <summary>Describes an Ethernet interface that packets can then be of; at any time between packets.</summary>
    /// <param name="name">Its name, if_name.</param>
    /// <param name="snapLength">The most bytes to store of each of its packets, 1 to <see cref="MaxCapturedLength"/>.</param>
    /// <param name="description">What it is, if_description, or null to leave it out.</param>
    /// <returns>Its id, counted from 0.</returns>
    /// <exception cref="PollIOException">Writing has failed.</exception>
    public int AddInterface(string name, int snapLength = MaxCapturedLength, string? description = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(snapLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(snapLength, MaxCapturedLength);
        RequireOptionLength(name);
        RequireOptionLength(description);
        RequireBetweenPackets();

        int length = PcapngSpec.MinInterfaceLength
            + OptionLength(name)
            + OptionLength(description)
            + PcapngSpec.OptionHeaderLength + PcapngSpec.Pad(sizeof(byte))
            + PcapngSpec.OptionHeaderLength;
        if (!TryReserve(length))
        {
            throw Error!;
        }

        int start = BeginBlock(PcapngSpec.IDB, length);
        PutUInt16(LinkType.Ethernet);
        PutUInt16(0);
        PutUInt32((uint)snapLength);
        PutOption(PcapngSpec.if_name, name);
        PutOption(PcapngSpec.if_description, description);
        PutUInt16(PcapngSpec.if_tsresol);
        PutUInt16(sizeof(byte));
        PutUInt32(PcapngSpec.NanosecondResolution);
        PutUInt32(PcapngSpec.opt_endofopt);
        EndBlock(start, length);

        if (_interfaceCount == _snapLengths.Length)
        {
            Array.Resize(ref _snapLengths, _interfaceCount * 2);
        }

        _snapLengths[_interfaceCount] = snapLength;
        return _interfaceCount++;
    }

    /// <summary>Writes an interface's counters, usually once at the end.</summary>
    /// <param name="interfaceId">The interface.</param>
    /// <param name="timestampNs">When they were read, in nanoseconds since 1970.</param>
    /// <param name="received">Packets the interface received, isb_ifrecv.</param>
    /// <param name="dropped">Packets it dropped for lack of room, isb_ifdrop.</param>
    /// <returns>False when writing has failed.</returns>
    public bool TryWriteStatistics(int interfaceId, long timestampNs, long received, long dropped)
    {
        RequireInterface(interfaceId);
        RequireBetweenPackets();
        const int CounterLength = PcapngSpec.OptionHeaderLength + sizeof(ulong);
        const int Length = PcapngSpec.StatisticsOptionsOffset + CounterLength + CounterLength
            + PcapngSpec.OptionHeaderLength + PcapngSpec.BlockTrailerLength;
        if (!TryReserve(Length))
        {
            return false;
        }

        int start = BeginBlock(PcapngSpec.ISB, Length);
        PutUInt32((uint)interfaceId);
        PutTimestamp(timestampNs);
        PutCounter(PcapngSpec.isb_ifrecv, received);
        PutCounter(PcapngSpec.isb_ifdrop, dropped);
        PutUInt32(PcapngSpec.opt_endofopt);
        EndBlock(start, Length);
        return true;
    }

    /// <summary>Hands everything buffered to the system; between packets only. False when writing has failed.</summary>
    public bool Flush()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        RequireBetweenPackets();
        return TryFlush();
    }

    /// <summary>
    /// Hands over what is buffered, a packet that was begun and not ended excepted, and closes the file. Never throws: call
    /// <see cref="Flush"/> before, or look at <see cref="Error"/> after, to know that all was written.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (_packetOpen)
        {
            _used = _packetStart;
            _packetOpen = false;
        }

        TryFlush();
        _disposed = true;

        // A full buffer sends every later call down the path that finds the writer disposed.
        _used = BufferLength;
        if (_leaveOpen)
        {
            return;
        }

        try
        {
            _stream.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
        }
    }

    private static void Validate(PcapngWriterOptions options)
    {
        RequireOptionLength(options.Application);
        RequireOptionLength(options.Hardware);
        RequireOptionLength(options.OperatingSystem);
    }

    private static string? Remedy(Exception exception) => exception switch
    {
        DirectoryNotFoundException => "create its directory first",
        UnauthorizedAccessException => "choose a directory this user may write to",
        IOException when IoErrno.Of(exception) == IoErrno.EAGAIN => "another capture is being written to it, choose another file",
        _ => null,
    };

    private void WriteSectionHeader(PcapngWriterOptions options)
    {
        int length = PcapngSpec.MinSectionHeaderLength
            + OptionLength(options.Hardware)
            + OptionLength(options.OperatingSystem)
            + OptionLength(options.Application)
            + PcapngSpec.OptionHeaderLength;
        int start = BeginBlock(PcapngSpec.SHB, length);
        PutUInt32(PcapngSpec.ByteOrderMagic);
        PutUInt16(PcapngSpec.MajorVersion);
        PutUInt16(PcapngSpec.MinorVersion);
        PutUInt64(unchecked((ulong)PcapngSpec.UnknownSectionLength));
        PutOption(PcapngSpec.shb_hardware, options.Hardware);
        PutOption(PcapngSpec.shb_os, options.OperatingSystem);
        PutOption(PcapngSpec.shb_userappl, options.Application);
        PutUInt32(PcapngSpec.opt_endofopt);
        EndBlock(start, length);
    }

    private bool TryReserve(int length) => (Error is null && _buffer.Length - _used >= length) || TryReserveSlow();

    // Every block fits an empty buffer, so one flush is enough.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReserveSlow()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return TryFlush();
    }

    private bool TryFlush()
    {
        if (Error is not null)
        {
            return false;
        }

        try
        {
            _stream.Write(_buffer.AsSpan(0, _used));
            _stream.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e);
            return false;
        }

        BytesFlushed += _used;
        _used = 0;
        return true;
    }

    private void Fail(Exception exception)
    {
        string reason = $"cannot be written after {BytesFlushed} bytes";
        Error ??= new PollIOException("write capture", Name, reason, IoErrno.Of(exception), null, exception);
    }
}
