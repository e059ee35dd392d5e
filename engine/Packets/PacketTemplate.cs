using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollIO;

/// <summary>
/// The first 32 bytes of <see cref="PacketMetadata"/> as a queue wants them on every packet it receives: stored whole, they
/// reset references, segments, offset, port, lengths, flags, packet type and hash at once.
/// </summary>
/// <remarks>One 32-byte store a packet; field by field the same reset takes nine stores.</remarks>
internal readonly unsafe struct PacketTemplate
{
    private readonly Vector256<byte> _block;

    internal PacketTemplate(in PacketMetadata metadata)
    {
        _block = Unsafe.As<PacketMetadata, Vector256<byte>>(ref Unsafe.AsRef(in metadata));
    }

    /// <summary>Resets <paramref name="packet"/>, which is one segment of the template's own pool.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Apply(Packet packet)
    {
        // SAFETY: metadata is 128-byte aligned private memory of the pool; the block is its first 32 bytes.
        _block.StoreAligned((byte*)packet.Pointer);
    }
}
