using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>Tells the port on the control thread whenever the kernel says that some interface changed (rtnetlink(7)).</summary>
internal sealed unsafe class LinkWatch : IDisposable
{
    private const int AF_NETLINK = 16;
    private const int NETLINK_ROUTE = 0;
    private const uint RTMGRP_LINK = 1;

    private readonly int _socket;

    /// <summary>Starts watching.</summary>
    /// <param name="spec">The port, for errors.</param>
    /// <param name="changed">Called on the control thread.</param>
    /// <param name="serializer">Held while <paramref name="changed"/> runs; may be held while this is disposed.</param>
    internal LinkWatch(string spec, Action changed, Lock serializer)
    {
        _socket = LibcSocket.Create(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (_socket < 0)
        {
            throw Failure(spec);
        }

        var address = new SockAddrNl { Family = AF_NETLINK, Groups = RTMGRP_LINK };
        if (LibcSocket.Bind(_socket, &address, (uint)sizeof(SockAddrNl)) != 0)
        {
            PollIOException failure = Failure(spec);
            _ = LibcSocket.Close(_socket);
            throw failure;
        }

        Action handler = () =>
        {
            Drain();
            changed();
        };
        try
        {
            ControlThread.Shared.Register(_socket, handler, serializer);
        }
        catch
        {
            _ = LibcSocket.Close(_socket);
            throw;
        }
    }

    public void Dispose()
    {
        ControlThread.Shared.Unregister(_socket);
        _ = LibcSocket.Close(_socket);
    }

    private static PollIOException Failure(string spec) =>
        new("watch link changes", spec, "the kernel refused a netlink socket", Marshal.GetLastPInvokeError());

    /// <summary>Reads the messages away: which interface changed is asked afterwards, so that an overrun loses nothing.</summary>
    private void Drain()
    {
        Span<byte> buffer = stackalloc byte[8192];
        fixed (byte* pointer = buffer)
        {
            while (LibcSocket.Receive(_socket, pointer, (nuint)buffer.Length, MSG_DONTWAIT) > 0)
            {
            }
        }
    }

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SockAddrNl
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint PortId;
        internal uint Groups;
    }
}
