using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollIO;

/// <summary>
/// The first 32 bytes of <see cref="PacketMetadata"/> as a driver wants them on every packet it receives: stored whole, they
/// reset references, segments, offset, port, lengths, flags, packet type and hash at once.
/// </summary>
/// <remarks>One 32-byte store a packet; field by field the same reset takes nine stores.</remarks>
public readonly unsafe struct PacketTemplate
{
    private readonly Vector256<byte> _block;

    internal PacketTemplate(in PacketMetadata metadata)
    {
        _block = Unsafe.As<PacketMetadata, Vector256<byte>>(ref Unsafe.AsRef(in metadata));
    }

    /// <summary>Resets <paramref name="packet"/>, a single segment out of the template's pool, and sets its length.</summary>
    /// <param name="packet">A packet got from the template's own pool.</param>
    /// <param name="length">Data bytes; at most the pool's data room.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(Packet packet, int length)
    {
        PacketMetadata* metadata = packet.Pointer;

        // SAFETY: metadata is 128-byte aligned private memory of the pool; the block is its first 32 bytes.
        _block.StoreAligned((byte*)metadata);
        metadata->DataLength = (ushort)length;
        metadata->PacketLength = (uint)length;
    }

    /// <summary>Resets <paramref name="packet"/>; its length is the template's own.</summary>
    /// <param name="packet">A packet got from the template's own pool.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(Packet packet)
    {
        // SAFETY: as above.
        _block.StoreAligned((byte*)packet.Pointer);
    }
}
