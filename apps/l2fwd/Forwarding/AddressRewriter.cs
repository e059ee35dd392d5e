using System.Buffers.Binary;
using PollIO.Wire;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Modes <c>l2</c> and <c>mac</c>: every packet gets the same two Ethernet addresses.</summary>
internal readonly struct AddressRewriter : IRewriter
{
    // The twelve bytes as they stand on the wire: two stores a packet.
    private readonly ulong _first8;
    private readonly uint _last4;

    internal AddressRewriter(MacAddress destination, MacAddress source)
    {
        Span<byte> addresses = stackalloc byte[2 * MacAddress.Size];
        destination.TryWriteBytes(addresses);
        source.TryWriteBytes(addresses[MacAddress.Size..]);
        _first8 = BinaryPrimitives.ReadUInt64LittleEndian(addresses);
        _last4 = BinaryPrimitives.ReadUInt32LittleEndian(addresses[sizeof(ulong)..]);
    }

    public int Rewrite(Span<Packet> packets)
    {
        ulong first8 = _first8;
        uint last4 = _last4;
        foreach (Packet packet in packets)
        {
            Span<byte> frame = packet.Data;
            if (frame.Length >= EthernetHeader.Size)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(frame, first8);
                BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(ulong)..], last4);
            }
        }

        return packets.Length;
    }
}
