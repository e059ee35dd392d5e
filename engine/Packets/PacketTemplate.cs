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
        if (Vector256.IsHardwareAccelerated)
        {
            _block.StoreAligned((byte*)packet.Pointer);
        }
        else
        {
            // Without AVX: four words cost less than the library's substitute.
            ref ulong from = ref Unsafe.As<Vector256<byte>, ulong>(ref Unsafe.AsRef(in _block));
            var to = (ulong*)packet.Pointer;
            to[0] = from;
            to[1] = Unsafe.Add(ref from, 1);
            to[2] = Unsafe.Add(ref from, 2);
            to[3] = Unsafe.Add(ref from, 3);
        }
    }
}
