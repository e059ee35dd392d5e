using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace PollIO.Apps.Tools.Capture;

/// <summary>
/// An event session on another process, over its runtime's diagnostics socket (dotnet/diagnostics, documentation/design-docs/ipc-protocol.md).
/// It is open only for as long as the process needs to see its arguments; the events themselves are thrown away.
/// </summary>
internal sealed class DiagnosticSession : IDisposable
{
    private const string Operation = "attach capture";
    private const int HeaderLength = 20;
    private const byte EventPipeCommands = 0x02;
    private const byte StopTracing = 0x01;
    private const byte CollectTracing2 = 0x03;
    private const byte ServerCommands = 0xFF;
    private const byte ResponseOk = 0x00;
    private const uint BufferMegabytes = 1;
    private const uint NetTrace = 1;
    private const uint Informational = 4;
    private const int MaxResponse = 4096;
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly Socket _events;
    private readonly byte[] _sessionId;
    private readonly Task _reading;

    private DiagnosticSession(string path, Socket events, byte[] sessionId)
    {
        _path = path;
        _events = events;
        _sessionId = sessionId;
        _reading = Task.Run(ReadToEnd);
    }

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Opens a session that shows <paramref name="arguments"/> to an event source.</summary>
    /// <exception cref="PollIOException">The process refused or does not answer.</exception>
    internal static DiagnosticSession Open(TargetProcess process, string source, string arguments)
    {
        var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.Unicode, leaveOpen: true))
        {
            writer.Write(BufferMegabytes);
            writer.Write(NetTrace);
            writer.Write(false);
            writer.Write(1);
            writer.Write(ulong.MaxValue);
            writer.Write(Informational);
            Write(writer, source);
            Write(writer, arguments);
        }

        string path = process.FindDiagnosticSocket();
        Socket? socket = null;
        try
        {
            socket = Send(path, CollectTracing2, payload.ToArray());
            return new DiagnosticSession(path, socket, Receive(socket, process.Device));
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw e.SocketErrorCode == SocketError.AccessDenied
                ? TargetProcess.NotOurs(process.Id, e)
                : new PollIOException(Operation, process.Device, "its runtime does not answer: it is stopped, or ends", e.NativeErrorCode, innerException: e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Ends the session. One that has ended by itself, with the process or for lack of time, is passed over.</summary>
    public void Dispose()
    {
        try
        {
            using Socket socket = Send(_path, StopTracing, _sessionId);
            Receive(socket, _path);
        }
        catch (Exception e) when (e is SocketException or PollIOException)
        {
            // Closing the connection ends it too, at the runtime's next write.
        }

        _reading.Wait(s_timeout);
        _events.Dispose();
    }

    private static Socket Send(string path, byte command, byte[] payload)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)s_timeout.TotalMilliseconds,
            SendTimeout = (int)s_timeout.TotalMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            var message = new byte[HeaderLength + payload.Length];
            Magic.CopyTo(message);
            BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
            message[16] = EventPipeCommands;
            message[17] = command;
            payload.CopyTo(message, HeaderLength);
            socket.Send(message);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static byte[] Receive(Socket socket, string device)
    {
        var header = new byte[HeaderLength];
        ReceiveAll(socket, header);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) - HeaderLength;
        if (!header.AsSpan().StartsWith(Magic) || length is < 0 or > MaxResponse)
        {
            throw new PollIOException(Operation, device, "its diagnostics socket speaks another protocol");
        }

        var payload = new byte[length];
        ReceiveAll(socket, payload);
        return header[16] == ServerCommands && header[17] == ResponseOk
            ? payload
            : throw new PollIOException(Operation, device, $"its runtime refused an event session (0x{Convert.ToHexString([.. payload.Take(4).Reverse()])})");
    }

    private static void ReceiveAll(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int received = socket.Receive(bytes);
            bytes = received != 0 ? bytes[received..] : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private static void Write(BinaryWriter writer, string text)
    {
        writer.Write(text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + '\0'));
    }

    private void ReadToEnd()
    {
        var nobodys = new byte[4096];
        _events.ReceiveTimeout = 0;
        try
        {
            while (_events.Receive(nobodys) != 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The process ended, or the session's time was up.
        }
    }
}
