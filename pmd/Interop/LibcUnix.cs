using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>The C library's calls for local sockets that carry descriptors, and for timers; numbers are those of Linux x86-64.</summary>
internal static unsafe partial class LibcUnix
{
    internal const int AF_UNIX = 1;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_NONBLOCK = 0x800;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SCM_RIGHTS = 1;
    internal const int MSG_CTRUNC = 0x8;
    internal const int MSG_DONTWAIT = 0x40;
    internal const int MSG_NOSIGNAL = 0x4000;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;
    internal const int F_GETFL = 3;
    internal const int F_SETFL = 4;
    internal const int F_GET_SEALS = 1034;
    internal const int F_SEAL_SHRINK = 2;
    internal const int O_NONBLOCK = 0x800;
    internal const int CLOCK_MONOTONIC = 1;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;
    internal const int EOPNOTSUPP = 95;
    internal const int RWF_NOWAIT = 8;
    internal const int ENOENT = 2;
    internal const int EADDRINUSE = 98;
    internal const int ECONNREFUSED = 111;

    /// <summary>Longest path of a local socket, without the terminating zero.</summary>
    internal const int MaxPath = 107;

    /// <summary>struct sockaddr_un.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketAddress
    {
        internal ushort Family;
        internal fixed byte Path[108];
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Vector
    {
        internal void* Base;
        internal nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    internal struct MessageHeader
    {
        [FieldOffset(0)] internal void* Name;
        [FieldOffset(8)] internal uint NameLength;
        [FieldOffset(16)] internal Vector* Vectors;
        [FieldOffset(24)] internal nuint VectorCount;
        [FieldOffset(32)] internal void* Control;
        [FieldOffset(40)] internal nuint ControlLength;
        [FieldOffset(48)] internal int Flags;
    }

    /// <summary>struct cmsghdr; descriptors follow.</summary>
    [StructLayout(LayoutKind.Explicit, Size = Size)]
    internal struct ControlHeader
    {
        internal const int Size = 16;

        [FieldOffset(0)] internal nuint Length;
        [FieldOffset(8)] internal int Level;
        [FieldOffset(12)] internal int Type;
    }

    /// <summary>struct itimerspec, in seconds and nanoseconds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimerSetting
    {
        internal long IntervalSeconds;
        internal long IntervalNanoseconds;
        internal long FirstSeconds;
        internal long FirstNanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int socket, SocketAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int socket, SocketAddress* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int socket, SocketAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    internal static partial nint SendMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    internal static partial nint ReceiveMessage(int socket, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FileControl(int fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    internal static partial int TimerCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    internal static partial int TimerSet(int fd, int flags, TimerSetting* setting, TimerSetting* former);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    internal static partial int FileSystem(int fd, long* statistics);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    internal static partial nint Read(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    internal static partial nint ReadVector(int fd, Vector* vectors, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal const short Readable = 1;
        internal const short Writable = 4;

        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
