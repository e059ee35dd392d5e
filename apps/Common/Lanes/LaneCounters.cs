using System.Runtime.InteropServices;

namespace PollIO.Apps.Common.Lanes;

/// <summary>A lane's counters, padded so that no other lcore's writes share their cache lines.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct LaneCounters
{
    [FieldOffset(128)] internal long Dropped;
}
