using System.Runtime.InteropServices;
using System.Text;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.VhostUser;

/// <summary>A local socket's path: listening on it and connecting to it.</summary>
internal sealed unsafe class SocketPath
{
    private readonly string _path;
    private readonly string _spec;
    private LibcUnix.SocketAddress _address;

    /// <exception cref="PollIOException">No socket can be there.</exception>
    internal SocketPath(string path, string spec)
    {
        _path = path;
        _spec = spec;
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > LibcUnix.MaxPath)
        {
            throw new PollIOException("open port", spec, $"the path has {length} bytes, and a socket's has at most {LibcUnix.MaxPath}");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw new PollIOException("open port", spec, $"there is no folder {folder}", remedy: $"mkdir -p {folder}");
        }

        _address.Family = LibcUnix.AF_UNIX;
        fixed (byte* bytes = _address.Path)
        {
            Encoding.UTF8.GetBytes(path, new Span<byte>(bytes, LibcUnix.MaxPath));
        }
    }

    /// <summary>Makes a listening socket. One left behind by a process that died is replaced.</summary>
    /// <exception cref="PollIOException">Somebody listens there, or the system refused.</exception>
    internal int Listen()
    {
        int socket = Create();
        int errno = TryBind(socket);
        if (errno == LibcUnix.EADDRINUSE)
        {
            if (TryConnect(out int other) == 0)
            {
                _ = LibcSocket.Close(other);
                _ = LibcSocket.Close(socket);
                throw new PollIOException("listen", _spec, $"another process listens on {_path} already");
            }

            File.Delete(_path);
            errno = TryBind(socket);
        }

        if (errno == 0 && LibcUnix.Listen(socket, 4) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
        }

        if (errno != 0)
        {
            _ = LibcSocket.Close(socket);
            throw new PollIOException("listen", _spec, $"no socket can be made at {_path}", errno, $"ls -ld {Path.GetDirectoryName(Path.GetFullPath(_path))} shows who may write there");
        }

        return socket;
    }

    /// <summary>Removes the socket from the file system.</summary>
    internal void Remove() => File.Delete(_path);

    /// <summary>Connects, without waiting.</summary>
    /// <returns>0, or why not: an errno.</returns>
    internal int TryConnect(out int socket)
    {
        socket = Create();
        fixed (LibcUnix.SocketAddress* address = &_address)
        {
            if (LibcUnix.Connect(socket, address, (uint)sizeof(LibcUnix.SocketAddress)) == 0)
            {
                return 0;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        _ = LibcSocket.Close(socket);
        socket = -1;
        return errno;
    }

    private int TryBind(int socket)
    {
        fixed (LibcUnix.SocketAddress* address = &_address)
        {
            return LibcUnix.Bind(socket, address, (uint)sizeof(LibcUnix.SocketAddress)) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    private int Create()
    {
        int socket = LibcUnix.Socket(LibcUnix.AF_UNIX, LibcUnix.SOCK_STREAM | LibcUnix.SOCK_NONBLOCK | LibcUnix.SOCK_CLOEXEC, 0);
        return socket >= 0
            ? socket
            : throw new PollIOException("create socket", _spec, "the kernel refused", Marshal.GetLastPInvokeError(), "ulimit -n shows the limit of open files");
    }
}
