using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>Our end of the socket to a QEMU that runs one device model. Allocates nothing a message; after QEMU's end all reads are ones.</summary>
internal sealed unsafe partial class RemoteConnection : IDisposable
{
    private const int AF_UNIX = 1;
    private const int SOCK_STREAM = 1;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;
    private const int F_SETFD = 2;
    private const int F_SETFL = 4;
    private const int O_NONBLOCK = 0x800;
    private const int MSG_NOSIGNAL = 0x4000;

    private readonly Lock _lock = new();
    private readonly int _socket;

    internal RemoteConnection()
    {
        int* pair = stackalloc int[2];
        Assert.Equal(0, SocketPair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
        _socket = pair[0];
        QemuEnd = pair[1];

        // This one is for the child that is about to be started.
        Assert.Equal(0, Control(QemuEnd, F_SETFD, 0));
    }

    /// <summary>The other end, until <see cref="CloseQemuEnd"/>.</summary>
    internal int QemuEnd { get; private set; }

    internal void CloseQemuEnd()
    {
        _ = Close(QemuEnd);
        QemuEnd = -1;
    }

    /// <summary>Sends a request and waits for the value that answers it.</summary>
    internal ulong Ask<T>(int command, T data)
        where T : unmanaged
    {
        lock (_lock)
        {
            ulong answer = ulong.MaxValue;
            RemoteMessage.Header header;
            if (!TrySend(command, &data, sizeof(T), []) || !TryReceive(&header, sizeof(RemoteMessage.Header)))
            {
                return ulong.MaxValue;
            }

            byte* rest = stackalloc byte[64];
            return header.Length <= 64 && TryReceive(rest, (int)header.Length) ? Unsafe.ReadUnaligned<ulong>(rest) : answer;
        }
    }

    /// <summary>Sends what is not answered.</summary>
    internal void Tell(int command, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        fixed (byte* bytes = data)
        {
            lock (_lock)
            {
                TrySend(command, bytes, data.Length, descriptors);
            }
        }
    }

    /// <summary>QEMU makes descriptors it is sent block, and so ours, which share the file: undone once it has them.</summary>
    internal static void RestoreNonBlocking(ReadOnlySpan<int> descriptors)
    {
        foreach (int descriptor in descriptors)
        {
            Assert.Equal(0, Control(descriptor, F_SETFL, O_NONBLOCK));
        }
    }

    public void Dispose()
    {
        _ = Close(_socket);
        if (QemuEnd >= 0)
        {
            CloseQemuEnd();
        }
    }

    private bool TrySend(int command, void* data, int length, ReadOnlySpan<int> descriptors)
    {
        var header = new RemoteMessage.Header { Command = command, Length = (ulong)length };
        Vector* vectors = stackalloc Vector[2];
        vectors[0] = new Vector { Base = &header, Length = (nuint)sizeof(RemoteMessage.Header) };
        vectors[1] = new Vector { Base = data, Length = (nuint)length };
        byte* control = stackalloc byte[64];
        var message = new MessageHeader { Vectors = vectors, VectorCount = 2 };
        if (!descriptors.IsEmpty)
        {
            var rights = (ControlHeader*)control;
            rights->Length = (nuint)(sizeof(ControlHeader) + (descriptors.Length * sizeof(int)));
            rights->Level = SOL_SOCKET;
            rights->Type = SCM_RIGHTS;
            descriptors.CopyTo(new Span<int>(control + sizeof(ControlHeader), descriptors.Length));
            message.Control = control;
            message.ControlLength = (rights->Length + 7) & ~(nuint)7;
        }

        return SendMessage(_socket, &message, MSG_NOSIGNAL) == sizeof(RemoteMessage.Header) + length;
    }

    private bool TryReceive(void* buffer, int length)
    {
        for (int done = 0; done < length;)
        {
            nint got = Receive(_socket, (byte*)buffer + done, (nuint)(length - done), 0);
            if (got <= 0)
            {
                return false;
            }

            done += (int)got;
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "socketpair")]
    private static partial int SocketPair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    private static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recv")]
    private static partial nint Receive(int socket, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        internal void* Base;
        internal nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        internal void* Name;
        internal uint NameLength;
        internal Vector* Vectors;
        internal nuint VectorCount;
        internal void* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ControlHeader
    {
        internal nuint Length;
        internal int Level;
        internal int Type;
    }
}
