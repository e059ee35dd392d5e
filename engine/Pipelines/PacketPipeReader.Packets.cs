using System.Buffers;

namespace PollIO.Pipelines;

public sealed partial class PacketPipeReader
{
    /// <summary>Takes the next whole packet off the front of a buffer this reader gave.</summary>
    /// <param name="buffer">The buffer of the current read, or what earlier calls left of it; shortened by the packet.</param>
    /// <param name="packet">The packet, or what is left of one that was partly consumed.</param>
    /// <returns>Whether a packet was there; the buffer ends with the last byte of a packet unless it was sliced.</returns>
    /// <exception cref="ArgumentException">The buffer is not this reader's.</exception>
    public bool TryReadPacket(ref ReadOnlySequence<byte> buffer, out PacketView packet)
    {
        packet = default;
        SequencePosition start = buffer.Start;
        SequencePosition end = buffer.End;
        if (start.GetObject() is not PacketSegment first || end.GetObject() is not PacketSegment final || first.Reader != this)
        {
            return buffer.IsEmpty ? false : ThrowForeign();
        }

        int offset = start.GetInteger();
        while (offset == first.Memory.Length)
        {
            if (first == final)
            {
                return false;
            }

            first = first.Following!;
            offset = 0;
        }

        PacketSegment last = first;
        while (!last.IsLast)
        {
            if (last == final)
            {
                return false;
            }

            last = last.Following!;
        }

        int endOffset = end.GetInteger();
        if (last != final)
        {
            buffer = new ReadOnlySequence<byte>(last.Following!, 0, final, endOffset);
        }
        else if (endOffset == last.Memory.Length)
        {
            buffer = new ReadOnlySequence<byte>(final, endOffset, final, endOffset);
        }
        else
        {
            return false;
        }

        packet = new PacketView(first, last, offset);
        return true;
    }

    /// <summary>
    /// Takes a packet out of the reader, without a copy and without touching a reference count: it is the caller's to write to, to free
    /// or to hand on, and no longer counts against the quota. The next <see cref="AdvanceTo(SequencePosition)"/> has to consume it.
    /// </summary>
    /// <returns>The packet; bytes consumed before are trimmed off.</returns>
    /// <exception cref="InvalidOperationException">The packet is no longer the reader's, or whole segments of it are consumed.</exception>
    public Packet Detach(in PacketView packet)
    {
        PacketSegment first = packet.First ?? throw new ArgumentException("the view is empty", nameof(packet));
        if (first.Reader != this || first.Start + packet.Offset != packet.Start || packet.Start < _start || packet.Last.IsTaken || _completed)
        {
            PipeThrow.StaleView();
        }

        Packet detached = first.Head;
        if (packet.Offset != 0 || first.Part != detached)
        {
            Trim(detached, first, packet.Offset);
        }

        packet.Last.IsTaken = true;
        _takenEnd = Math.Max(_takenEnd, packet.Last.End);
        _link.Taken++;
        return detached;
    }

    /// <summary>
    /// Gives the packets as bursts, for <c>await foreach</c>. A batch is valid until the next; packets neither detached nor forwarded are
    /// freed then. The enumeration ends with the source, and throws its error.
    /// </summary>
    public IAsyncEnumerable<PacketBatch> ReadBatchesAsync(CancellationToken cancellationToken = default) => new PacketBatchSource(this, cancellationToken);

    /// <summary>Consumes a read whole, unless the reader was completed meanwhile.</summary>
    internal void EndRead(SequencePosition end)
    {
        if (!_completed)
        {
            AdvanceTo(end);
        }
    }

    /// <summary>Takes consumed bytes off the packet's front; leading segments that never had bytes may stay.</summary>
    private static void Trim(Packet packet, PacketSegment first, int offset)
    {
        for (Packet part = packet; part != first.Part; part = part.NextSegment)
        {
            if (part.Metadata.DataLength != 0)
            {
                PipeThrow.PartlyConsumed();
            }
        }

        if (offset == 0)
        {
            return;
        }

        if (first.Part != packet)
        {
            PipeThrow.PartlyConsumed();
        }

        packet.TryTrimStart(offset);
    }

    private static bool ThrowForeign()
    {
        PipeThrow.ForeignSequence("buffer");
        return false;
    }
}
