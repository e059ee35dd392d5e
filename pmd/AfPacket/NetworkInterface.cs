using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using PollIO.Pmd.Interop;
using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>What the kernel says of a network interface, asked through a socket (netdevice(7)).</summary>
internal sealed unsafe class NetworkInterface
{
    // struct ifreq: a name of 16 bytes, then a union.
    private const int RequestSize = 40;
    private const int NameSize = 16;

    private NetworkInterface(string name, int index, ushort hardwareType, MacAddress macAddress, int mtu)
    {
        Name = name;
        Index = index;
        HardwareType = hardwareType;
        MacAddress = macAddress;
        Mtu = mtu;
    }

    internal string Name { get; }

    internal int Index { get; }

    internal ushort HardwareType { get; }

    internal MacAddress MacAddress { get; }

    internal int Mtu { get; }

    /// <summary>Looks <paramref name="name"/> up.</summary>
    /// <exception cref="PollIOException">There is no such interface, or it carries no Ethernet frames.</exception>
    internal static NetworkInterface Find(int socket, string name, string spec)
    {
        uint index = Encoding.UTF8.GetByteCount(name) < NameSize ? LibcSocket.InterfaceIndex(name) : 0;
        if (index == 0)
        {
            throw new PollIOException("open interface", spec, $"there is no interface '{name}'", remedy: "ip link shows those there are");
        }

        Span<byte> hardware = stackalloc byte[RequestSize];
        Span<byte> mtu = stackalloc byte[RequestSize];
        if (!TryAsk(socket, name, SIOCGIFHWADDR, hardware) || !TryAsk(socket, name, SIOCGIFMTU, mtu))
        {
            throw new PollIOException("read interface", spec, "the kernel refused", Marshal.GetLastPInvokeError());
        }

        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(hardware[NameSize..]);
        if (type is not (ARPHRD_ETHER or ARPHRD_LOOPBACK))
        {
            throw new PollIOException("open interface", spec, $"'{name}' carries no Ethernet frames (hardware type {type})");
        }

        return new NetworkInterface(
            name,
            (int)index,
            type,
            new MacAddress(hardware.Slice(NameSize + 2, MacAddress.Size)),
            BinaryPrimitives.ReadInt32LittleEndian(mtu[NameSize..]));
    }

    /// <summary>Reads whether frames can pass now.</summary>
    /// <returns>False when the interface is gone.</returns>
    internal bool TryReadLink(int socket, out LinkState link)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        bool found = TryAsk(socket, Name, SIOCGIFFLAGS, request) && LibcSocket.InterfaceIndex(Name) == Index;
        uint flags = BinaryPrimitives.ReadUInt16LittleEndian(request[NameSize..]);
        link = new LinkState(found && (flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING));
        return found;
    }

    private static bool TryAsk(int socket, string name, nuint request, Span<byte> buffer)
    {
        buffer.Clear();
        Encoding.UTF8.GetBytes(name, buffer);

        // SAFETY: the buffer is a whole struct ifreq, and each request used here fills no more than that.
        fixed (byte* pointer = buffer)
        {
            return LibcSocket.Control(socket, request, pointer) == 0;
        }
    }
}
