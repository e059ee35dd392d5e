using System.Net.Sockets;
using PollIO.Pmd.AfPacket;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.Tests.Support;

/// <summary>A packet socket on the inner end of a wire: sends and sees frames as they are, with the virtio header before each.</summary>
internal sealed class RawPeer : IDisposable
{
    private const int PatienceMicroseconds = 20_000_000;

    private readonly PacketSocket _packets;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[VirtioNetHdr.Size + 65536];

    internal RawPeer(VethPair wire)
    {
        _packets = wire.Peer.Inside(() => Open(wire.Inner));
        _socket = new Socket(new SafeSocketHandle(_packets.Descriptor, ownsHandle: false)) { Blocking = false };
    }

    /// <summary>Sends a frame.</summary>
    internal void Send(ReadOnlySpan<byte> frame) => Assert.True(TrySend(frame, default), "the peer's kernel had no room");

    /// <summary>Sends a frame with what the header says of it.</summary>
    /// <returns>False when the kernel dropped it for want of room.</returns>
    internal bool TrySend(ReadOnlySpan<byte> frame, VirtioNetHdr header)
    {
        System.Runtime.InteropServices.MemoryMarshal.Write(_buffer, header);
        frame.CopyTo(_buffer.AsSpan(VirtioNetHdr.Size));
        int length = VirtioNetHdr.Size + frame.Length;
        int sent = _socket.Send(_buffer.AsSpan(0, length), SocketFlags.None, out SocketError error);
        if (error == SocketError.NoBufferSpaceAvailable)
        {
            return false;
        }

        Assert.Equal((SocketError.Success, length), (error, sent));
        return true;
    }

    /// <summary>Waits for a frame. A VLAN tag is not part of it: the kernel keeps it apart.</summary>
    internal byte[] Receive()
    {
        Assert.True(_socket.Poll(PatienceMicroseconds, SelectMode.SelectRead), "no frame came");
        int length = _socket.Receive(_buffer);
        return _buffer[VirtioNetHdr.Size..length];
    }

    public void Dispose()
    {
        _socket.Dispose();
        _packets.Dispose();
    }

    private static PacketSocket Open(string name)
    {
        var socket = new PacketSocket(name);
        socket.SetFrameOptions();
        socket.Bind(NetworkInterface.Find(socket.Descriptor, name, name), receives: true);
        return socket;
    }
}
