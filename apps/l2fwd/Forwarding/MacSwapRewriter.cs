using System.Buffers.Binary;
using PollIO.Wire;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>Mode <c>macswap</c>: source and destination address change places.</summary>
internal readonly struct MacSwapRewriter : IRewriter
{
    public int Rewrite(Span<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            Span<byte> frame = packet.Data;
            if (frame.Length >= EthernetHeader.Size)
            {
                Swap(frame);
            }
        }

        return packets.Length;
    }

    // As one 96-bit number in memory order, the swap turns the addresses by 48 bits.
    private static void Swap(Span<byte> frame)
    {
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(frame);
        ulong high = BinaryPrimitives.ReadUInt32LittleEndian(frame[sizeof(ulong)..]);
        BinaryPrimitives.WriteUInt64LittleEndian(frame, (low >> 48) | (high << 16) | (low << 48));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[sizeof(ulong)..], (uint)(low >> 16));
    }
}
