using System.Runtime.InteropServices;

namespace PollIO.Pipelines;

/// <summary>A pipe's counters: plain stores by the polling core, on lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct PipeCounters
{
    [FieldOffset(128)] internal long Received;
    [FieldOffset(136)] internal long Delivered;
    [FieldOffset(144)] internal long Dropped;
    [FieldOffset(152)] internal long Stalls;
    [FieldOffset(160)] internal long Written;
    [FieldOffset(168)] internal long Discarded;

    internal PacketPipeStatistics Read() => new(
        Volatile.Read(ref Received),
        Volatile.Read(ref Delivered),
        Volatile.Read(ref Dropped),
        Volatile.Read(ref Stalls),
        Volatile.Read(ref Written),
        Volatile.Read(ref Discarded));
}
