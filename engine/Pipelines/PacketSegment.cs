using System.Buffers;
using System.Runtime.CompilerServices;

namespace PollIO.Pipelines;

/// <summary>One segment of a received packet inside a reader's sequence. Made once, filled again and again.</summary>
internal sealed unsafe class PacketSegment(PacketPipeReader reader) : ReadOnlySequenceSegment<byte>
{
    /// <summary>Whose sequence it is part of.</summary>
    internal PacketPipeReader Reader { get; } = reader;

    /// <summary>The packet.</summary>
    internal Packet Head { get; private set; }

    /// <summary>The packet's segment that these bytes are.</summary>
    internal Packet Part { get; private set; }

    /// <summary>Whether no byte of the packet follows.</summary>
    internal bool IsLast { get; set; }

    /// <summary>On a packet's last segment: whether somebody else owns the packet now.</summary>
    internal bool IsTaken { get; set; }

    /// <summary>Where its bytes begin, counted from the first byte the reader ever had.</summary>
    internal long Start => RunningIndex;

    /// <summary>Where the bytes behind it begin.</summary>
    internal long End
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RunningIndex + Memory.Length;
    }

    internal PacketSegment? Following
    {
        // SAFETY: only Link sets Next.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Unsafe.As<PacketSegment>(Next);
    }

    internal void Link(PacketSegment? next) => Next = next;

    internal void Fill(Packet head, Packet part, Memory<byte> memory, long start)
    {
        Head = head;
        Part = part;
        Memory = memory;
        RunningIndex = start;
        IsLast = false;
        IsTaken = false;
    }
}
