using System.Runtime.InteropServices;

namespace PollIO.Pmd.Virtio;

/// <summary>struct pvirtq_event_suppress (virtio 1.2 §2.8.14).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct PackedEvent
{
    internal const int Size = 4;

    /// <summary>A position in the ring, with the wrap counter in bit 15.</summary>
    [FieldOffset(0)] internal ushort OffsetWrap;

    /// <summary>One of RING_EVENT_FLAGS.</summary>
    [FieldOffset(2)] internal ushort Flags;

    /// <summary>Both fields, read whole.</summary>
    [FieldOffset(0)] internal uint Word;
}
