using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>The two ends of a ring, written by one side and read by the other, each on cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 3 * 128)]
internal struct RingCursors
{
    // 128 bytes apart: the adjacent-line prefetcher pulls lines in pairs.
    [FieldOffset(128)] internal long Produced;
    [FieldOffset(256)] internal long Consumed;
}
