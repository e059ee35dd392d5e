using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using PollIO.Pmd.Interop;
using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>What the kernel says of a network interface, asked through a socket (netdevice(7)).</summary>
/// <remarks>After it was found it is known by its index: it may be renamed, and another may take its name.</remarks>
internal sealed unsafe class NetworkInterface
{
    // struct ifreq: a name of 16 bytes, then a union.
    private const int RequestSize = 40;
    private const int NameSize = 16;
    private const int RenameRetries = 8;

    private readonly int _socket;

    private NetworkInterface(int socket, string name, int index, MacAddress macAddress, int mtu)
    {
        _socket = socket;
        Name = name;
        Index = index;
        MacAddress = macAddress;
        Mtu = mtu;
    }

    /// <summary>The name it was found by.</summary>
    internal string Name { get; }

    internal int Index { get; }

    internal MacAddress MacAddress { get; }

    /// <summary>The MTU as of the last <see cref="TryRefresh"/>.</summary>
    internal int Mtu { get; private set; }

    /// <summary>Looks <paramref name="name"/> up.</summary>
    /// <exception cref="PollIOException">There is no such interface, or it carries no Ethernet frames.</exception>
    internal static NetworkInterface Find(int socket, string name, string spec)
    {
        Span<byte> index = stackalloc byte[RequestSize];
        if (!TryWriteName(name, index) || !TryAsk(socket, SIOCGIFINDEX, index))
        {
            throw new PollIOException("open interface", spec, $"there is no interface '{name}'", remedy: "ip link shows those there are");
        }

        Span<byte> hardware = stackalloc byte[RequestSize];
        Span<byte> mtu = stackalloc byte[RequestSize];
        TryWriteName(name, hardware);
        TryWriteName(name, mtu);
        if (!TryAsk(socket, SIOCGIFHWADDR, hardware) || !TryAsk(socket, SIOCGIFMTU, mtu))
        {
            throw new PollIOException("read interface", spec, "the kernel refused", Marshal.GetLastPInvokeError());
        }

        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(hardware[NameSize..]);
        if (type is not (ARPHRD_ETHER or ARPHRD_LOOPBACK))
        {
            throw new PollIOException("open interface", spec, $"'{name}' carries no Ethernet frames (hardware type {type})");
        }

        return new NetworkInterface(
            socket,
            name,
            BinaryPrimitives.ReadInt32LittleEndian(index[NameSize..]),
            new MacAddress(hardware.Slice(NameSize + 2, MacAddress.Size)),
            BinaryPrimitives.ReadInt32LittleEndian(mtu[NameSize..]));
    }

    /// <summary>Reads whether frames can pass now, and the MTU.</summary>
    /// <returns>False when the interface is gone.</returns>
    internal bool TryRefresh(out LinkState link)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        Span<byte> value = request[NameSize..];
        link = new LinkState(IsUp: false);
        for (int i = 0; i < RenameRetries; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(value, Index);
            if (!TryAsk(_socket, SIOCGIFNAME, request))
            {
                return false;
            }

            // The name is in place now; when it is no more, the interface was renamed in between.
            if (!TryAsk(_socket, SIOCGIFMTU, request))
            {
                continue;
            }

            int mtu = BinaryPrimitives.ReadInt32LittleEndian(value);
            if (TryAsk(_socket, SIOCGIFFLAGS, request))
            {
                const uint passing = IFF_UP | IFF_RUNNING;
                link = new LinkState((BinaryPrimitives.ReadUInt16LittleEndian(value) & passing) == passing);
                Mtu = mtu;
                return true;
            }
        }

        return false;
    }

    private static bool TryWriteName(string name, Span<byte> request)
    {
        request.Clear();
        return Encoding.UTF8.TryGetBytes(name, request[..(NameSize - 1)], out _);
    }

    private static bool TryAsk(int socket, nuint request, Span<byte> buffer)
    {
        // SAFETY: the buffer is a whole struct ifreq, and each request used here fills no more than that.
        fixed (byte* pointer = buffer)
        {
            return LibcSocket.Control(socket, request, pointer) == 0;
        }
    }
}
