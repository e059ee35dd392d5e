using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>Copies a frame between a packet and the peer's memory.</summary>
internal static unsafe class PeerCopy
{
    /// <summary>Copies; the two do not overlap. Small frames cost no call: two or four overlapping vectors cover their lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Copy(byte* destination, byte* source, uint length)
    {
        if (length - 32 <= 32)
        {
            Vector256<byte> head = Vector256.Load(source), tail = Vector256.Load(source + length - 32);
            head.Store(destination);
            tail.Store(destination + length - 32);
            return;
        }

        // SAFETY: both sides hold length bytes, as every caller has checked.
        Buffer.MemoryCopy(source, destination, length, length);
    }
}
