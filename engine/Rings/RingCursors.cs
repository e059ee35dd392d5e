using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// The two ends of a ring, each on cache lines of its own with its private copy of the other's position, so that a side reads
/// the other's line only when its copy says full or empty.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 4 * 128)]
internal struct RingCursors
{
    // 128 bytes apart: the adjacent-line prefetcher pulls lines in pairs.
    [FieldOffset(128)] internal long Produced;
    [FieldOffset(136)] internal long ShadowConsumed;
    [FieldOffset(256)] internal long Consumed;
    [FieldOffset(264)] internal long ShadowProduced;
}
