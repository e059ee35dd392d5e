using System.Buffers.Binary;
using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>A raw packet socket with the options the port needs; closing it gives every setting of the interface back.</summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    // Oversized frames wait here until the lcore fetches them: a hundred of 64 KiB.
    private const int ReceiveBuffer = 8 << 20;

    // The kernel doubles it for its bookkeeping: about 500 small frames, fewer than a queueing discipline's usual 1,000, so that a
    // sender faster than its NIC finds the socket full, and keeps its packets, before the discipline drops them.
    private const int SendBuffer = 256 << 10;

    private readonly string _spec;
    private nint _ring;
    private nuint _ringLength;
    private bool _disposed;

    internal PacketSocket(string spec)
    {
        _spec = spec;
        Descriptor = LibcSocket.Create(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (Descriptor < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new PollIOException(
                "open packet socket",
                spec,
                errno == EPERM ? "packet sockets need root or CAP_NET_RAW" : "the kernel refused",
                errno,
                errno == EPERM ? "run with sudo, or: sudo setcap cap_net_raw+ep \"$(readlink -f \"$(command -v dotnet)\")\"" : null);
        }
    }

    internal int Descriptor { get; }

    /// <summary>First byte of the mapped receive ring.</summary>
    internal byte* Ring => (byte*)_ring;

    /// <summary>Asks for a virtio header before every frame, both ways, and for no copies of what we send.</summary>
    internal void SetFrameOptions()
    {
        // The header carries what a bare frame cannot: an unfinished checksum and the segment size of an oversized frame.
        SetOption(PACKET_VNET_HDR, 1, "exchange virtio headers");
        SetOption(PACKET_IGNORE_OUTGOING, 1, "ignore outgoing frames");
        SetBuffer(SO_RCVBUFFORCE, SO_RCVBUF, ReceiveBuffer);
        SetBuffer(SO_SNDBUFFORCE, SO_SNDBUF, SendBuffer);
    }

    /// <summary>Maps a receive ring.</summary>
    internal void MapReceiveRing(int version, in TpacketReq3 request)
    {
        SetOption(PACKET_VERSION, version, $"use TPACKET_V{version + 1}");
        if (version == TPACKET_V2)
        {
            // A frame longer than a slot is queued whole on the socket as well, where it can be fetched.
            SetOption(PACKET_COPY_THRESH, 1, "queue oversized frames");
        }

        TpacketReq3 copy = request;
        uint size = version == TPACKET_V2 ? TpacketReq3.V2Size : (uint)sizeof(TpacketReq3);
        _ringLength = (nuint)request.BlockSize * request.BlockCount;
        if (LibcSocket.SetOption(Descriptor, SOL_PACKET, PACKET_RX_RING, &copy, size) != 0)
        {
            throw Failure($"make a receive ring of {_ringLength >> 10} KiB", "ask for fewer blocks");
        }

        void* ring = LibcSocket.MemoryMap(null, _ringLength, LibcSocket.PROT_READ | LibcSocket.PROT_WRITE, LibcSocket.MAP_SHARED, Descriptor, 0);
        if ((nint)ring == -1)
        {
            throw Failure("map the receive ring");
        }

        _ring = (nint)ring;
    }

    /// <summary>Binds to an interface; frames come from here on, or from when the interface comes up.</summary>
    /// <param name="networkInterface">Where to.</param>
    /// <param name="receives">False for a socket that only sends.</param>
    internal void Bind(NetworkInterface networkInterface, bool receives)
    {
        var address = new SockAddrLl
        {
            Family = AF_PACKET,
            ProtocolBigEndian = receives ? BinaryPrimitives.ReverseEndianness(ETH_P_ALL) : (ushort)0,
            InterfaceIndex = networkInterface.Index,
        };
        if (LibcSocket.Bind(Descriptor, &address, (uint)sizeof(SockAddrLl)) != 0)
        {
            throw Failure("bind packet socket");
        }
    }

    /// <summary>Joins the group of sockets among which the kernel spreads flows, one for each queue.</summary>
    /// <param name="group">The group, or 0 for a new one.</param>
    /// <returns>The group's number, for the other queues.</returns>
    internal ushort JoinFanout(ushort group)
    {
        // A group receives through a hook of its own, to which PACKET_IGNORE_OUTGOING of its sockets means nothing.
        int type = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_IGNORE_OUTGOING | (group == 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0);
        int request = group | (type << 16);
        if (LibcSocket.SetOption(Descriptor, SOL_PACKET, PACKET_FANOUT, &request, sizeof(int)) != 0)
        {
            throw Failure("spread flows over queues", "kernels before 6.12 do it only while the interface is up");
        }

        int joined = 0;
        uint length = sizeof(int);
        return LibcSocket.GetOption(Descriptor, SOL_PACKET, PACKET_FANOUT, &joined, &length) == 0
            ? (ushort)joined
            : throw Failure("read the fan-out group");
    }

    /// <summary>Adds or takes back a membership; the kernel counts them, and takes them back with the socket.</summary>
    internal void SetMembership(NetworkInterface networkInterface, int type, bool member)
    {
        var request = new PacketMreq { InterfaceIndex = networkInterface.Index, Type = (ushort)type };
        int option = member ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
        if (LibcSocket.SetOption(Descriptor, SOL_PACKET, option, &request, (uint)sizeof(PacketMreq)) != 0)
        {
            throw Failure(type == PACKET_MR_PROMISC ? "set promiscuous mode" : "set all-multicast mode");
        }
    }

    /// <summary>Reads and clears the kernel's count of frames it dropped for want of ring space.</summary>
    internal uint TakeDrops()
    {
        TpacketStats statistics = default;
        uint length = (uint)sizeof(TpacketStats);
        return LibcSocket.GetOption(Descriptor, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) == 0 ? statistics.Drops : 0;
    }

    /// <summary>
    /// Clears what an interface that goes down leaves on the socket: until then the socket polls readable, and one call fails.
    /// </summary>
    internal void ClearError()
    {
        int error = 0;
        uint length = sizeof(int);
        _ = LibcSocket.GetOption(Descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_ring != 0)
        {
            _ = LibcSocket.MemoryUnmap((void*)_ring, _ringLength);
        }

        _ = LibcSocket.Close(Descriptor);
    }

    private void SetOption(int option, int value, string what)
    {
        if (LibcSocket.SetOption(Descriptor, SOL_PACKET, option, &value, sizeof(int)) != 0)
        {
            throw Failure(what);
        }
    }

    private void SetBuffer(int forced, int ordinary, int bytes)
    {
        // Beyond the system's limit only with CAP_NET_ADMIN; the ordinary call takes what the limit allows.
        if (LibcSocket.SetOption(Descriptor, SOL_SOCKET, forced, &bytes, sizeof(int)) != 0)
        {
            _ = LibcSocket.SetOption(Descriptor, SOL_SOCKET, ordinary, &bytes, sizeof(int));
        }
    }

    private PollIOException Failure(string operation, string? remedy = null) =>
        new(operation, _spec, "the kernel refused", Marshal.GetLastPInvokeError(), remedy);
}
