using System.Runtime.CompilerServices;

namespace PollIO.Pipelines;

/// <summary>
/// The segments a reader holds and those it has to spare, as one linked list: the held ones first, the spare ones behind the last.
/// </summary>
/// <remarks>
/// Spare segments form a stack whose links are those of the sequence to come: taking one writes no link, and when all that was held is
/// released, releasing writes none either. What was used last is used next, while it is still in the core's cache.
/// </remarks>
internal struct SegmentList
{
    private readonly PacketPipeReader _reader;
    private PacketSegment? _spare;

    internal SegmentList(PacketPipeReader reader, int count)
    {
        _reader = reader;
        // In the order they are taken: those in use lie together, and not beside what the polling core writes.
        PacketSegment? last = null;
        for (int i = 0; i < count; i++)
        {
            var segment = new PacketSegment(reader);
            last?.Link(segment);
            last = segment;
            _spare ??= segment;
        }
    }

    /// <summary>The first held segment.</summary>
    internal PacketSegment? First { get; private set; }

    /// <summary>The last held segment.</summary>
    internal PacketSegment? Last { get; private set; }

    /// <summary>Holds one more, behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal PacketSegment Append()
    {
        PacketSegment segment = _spare ?? Grow();
        _spare = segment.Following;
        First ??= segment;
        Last = segment;
        return segment;
    }

    /// <summary>Spares the held segments from the first up to <paramref name="last"/>.</summary>
    internal void ReleaseThrough(PacketSegment last)
    {
        PacketSegment first = First!;
        if (last == Last)
        {
            First = null;
            Last = null;
        }
        else
        {
            First = last.Following;
            last.Link(_spare);
            Last!.Link(first);
        }

        _spare = first;
    }

    /// <summary>More segments than packets: long chains. What is made stays.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly PacketSegment Grow()
    {
        var segment = new PacketSegment(_reader);
        Last?.Link(segment);
        return segment;
    }
}
