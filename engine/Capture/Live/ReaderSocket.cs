using System.Net.Sockets;
using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO.Capture;

/// <summary>The connection to a capture's reader. A reader that does not read blocks the writing thread, until it is given up.</summary>
internal sealed unsafe class ReaderSocket : Stream
{
    private const string Operation = "attach capture";
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int PollMilliseconds = 50;

    private readonly Socket _socket;
    private readonly byte[] _preface;
    private bool _prefaced;
    private long _deadline = long.MaxValue;

    private ReaderSocket(Socket socket, string preface)
    {
        _socket = socket;
        _preface = System.Text.Encoding.UTF8.GetBytes(preface);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private int Descriptor => (int)_socket.SafeHandle.DangerousGetHandle();

    /// <summary>Connects to a reader's socket, which belongs to this process's user or to root.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="preface">What is written before the first byte of the capture.</param>
    /// <exception cref="PollIOException">Nobody listens there, or somebody else does.</exception>
    internal static ReaderSocket Connect(string path, string preface)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            Span<int> credentials = stackalloc int[3];
            socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, MemoryMarshal.AsBytes(credentials));
            int user = credentials[1];
            return user == 0 || user == (int)Libc.GetEffectiveUser()
                ? new ReaderSocket(socket, preface)
                : throw new PollIOException(Operation, path, $"the socket is user {user}'s; only this process's user and root may capture");
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is SocketException or ArgumentException ? new PollIOException(Operation, path, "the reader is gone", 0, null, e) : e;
        }
    }

    /// <summary>Receives the request.</summary>
    /// <exception cref="FormatException">It does not come, or is none.</exception>
    internal LiveCaptureRequest ReceiveRequest(TimeSpan limit)
    {
        var bytes = new byte[LiveCaptureRequest.MaxLength];
        int length = 0;
        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (!LiveCaptureRequest.IsWhole(bytes.AsSpan(0, length)))
        {
            bool readable = _socket.Poll((int)Math.Max(0, deadline - Environment.TickCount64) * 1000, SelectMode.SelectRead);
            int received = readable && length < bytes.Length ? _socket.Receive(bytes, length, bytes.Length - length, SocketFlags.None) : 0;
            if (received == 0)
            {
                throw new FormatException("the reader sent no whole request");
            }

            length += received;
        }

        return LiveCaptureRequest.Parse(bytes.AsSpan(0, length));
    }

    /// <summary>Answers something else than a capture.</summary>
    internal void Refuse(string reason)
    {
        _prefaced = true;
        Write(System.Text.Encoding.UTF8.GetBytes($"{LiveCaptureRequest.Refused} {reason.ReplaceLineEndings(" ")}\n"));
    }

    /// <summary>Waits until the reader has ended its side, or the time is up.</summary>
    internal bool WaitUntilLeft(TimeSpan limit) =>
        _socket.Poll(limit, SelectMode.SelectRead) && _socket.Receive(new byte[1], SocketFlags.None) == 0;

    /// <summary>From now on the reader has this long to take what is left.</summary>
    internal void GiveUpAfter(TimeSpan limit) => Volatile.Write(ref _deadline, Environment.TickCount64 + (long)limit.TotalMilliseconds);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_prefaced)
        {
            _prefaced = true;
            Send(_preface);
        }

        Send(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _socket.Dispose();
        base.Dispose(disposing);
    }

    // Not Socket.Send: it does not tell how much of a buffer went before a time-out, and pcapng is whole blocks or nothing.
    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint sent;
            fixed (byte* start = bytes)
            {
                sent = Libc.Send(Descriptor, start, (nuint)bytes.Length, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            }

            if (sent >= 0)
            {
                bytes = bytes[(int)sent..];
                continue;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno is not (Libc.EINTR or Libc.EAGAIN))
            {
                throw new IOException("the reader is gone", errno);
            }

            if (Environment.TickCount64 > Volatile.Read(ref _deadline))
            {
                throw new IOException("the reader does not read", Libc.EAGAIN);
            }

            var wanted = new Libc.PollDescriptor { FileDescriptor = Descriptor, Events = Libc.POLLOUT };
            _ = Libc.Poll(&wanted, 1, PollMilliseconds);
        }
    }
}
