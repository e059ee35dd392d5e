using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PollIO.Apps.Common;

namespace PollIO.Apps.Tools.Capture;

/// <summary>A socket in a folder of its own on which the captured process, and nobody else, is expected.</summary>
internal sealed class CaptureListener : IDisposable
{
    private const string Operation = "attach capture";
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode AnybodysSocket = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    private readonly TargetProcess _process;
    private readonly string _folder;
    private readonly Socket _socket;

    private CaptureListener(TargetProcess process, string folder, string path, Socket socket)
    {
        _process = process;
        _folder = folder;
        _socket = socket;
        Path = path;
    }

    /// <summary>The socket, as the process sees it.</summary>
    internal string Path { get; }

    /// <summary>Listens where the process can reach it.</summary>
    /// <exception cref="PollIOException">Its folder for temporary files cannot be written.</exception>
    internal static CaptureListener Open(TargetProcess process)
    {
        string path = $"{process.TemporaryFolder}/pollio-capture-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        string folder = process.Root + path;
        Socket? socket = null;
        try
        {
            // Root's socket must be open to the process's user; who connects is looked at in Accept.
            Directory.CreateDirectory(folder, Environment.IsPrivilegedProcess ? Passable : OwnerOnly);
            socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(folder + "/socket"));
            File.SetUnixFileMode(folder + "/socket", Environment.IsPrivilegedProcess ? AnybodysSocket : OwnerOnly);
            socket.Listen();
            return new CaptureListener(process, folder, path + "/socket", socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            socket?.Dispose();
            throw new PollIOException(Operation, folder, $"no socket can be made there: {e.Message}", innerException: e);
        }
    }

    /// <summary>Waits for the process.</summary>
    /// <returns>The connection, or null when it did not come in time or the wait was ended.</returns>
    internal Socket? Accept(TimeSpan limit, StopSignal stop)
    {
        // struct ucred of unix(7): process, user, group.
        var credentials = new int[3];
        for (TimeSpan waited = TimeSpan.Zero; waited < limit && !stop.IsRaised; waited += s_step)
        {
            if (!_socket.Poll(s_step, SelectMode.SelectRead))
            {
                continue;
            }

            Socket connection = _socket.Accept();
            connection.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, MemoryMarshal.AsBytes(credentials.AsSpan()));
            if (credentials[0] == _process.Id)
            {
                return connection;
            }

            connection.Dispose();
        }

        return null;
    }

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
