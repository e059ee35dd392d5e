using PollIO.Capture;
using PollIO.Wire;

namespace PollIO.Pmd.Pcap;

/// <summary>Writes packets to a capture, in order, each with the time stamp it carries or the time it is sent.</summary>
internal sealed class PcapTxQueue : TxQueue
{
    private readonly PcapngWriter? _writer;
    private readonly int _interface;

    // Where a packet with an unfinished checksum is finished: the packet itself may be shared, and is read-only then.
    private readonly byte[] _finished = new byte[PcapngWriter.MaxCapturedLength];

    private PacketSink _sink;

    internal PcapTxQueue(Port port, int index, PcapngWriter? writer)
        : base(port, index)
    {
        _writer = writer;
        _interface = writer?.AddInterface(port.Name) ?? 0;
    }

    /// <summary>Writes what is buffered; what cannot be written is the queue's fault from now on.</summary>
    internal void Flush()
    {
        if (_writer is not null && !_writer.Flush())
        {
            Fail(_writer.Error!);
        }
    }

    /// <summary>Closes the capture's account: packets written and dropped.</summary>
    internal void WriteStatistics()
    {
        QueueStatistics statistics = Counters.Snapshot();
        _writer?.TryWriteStatistics(_interface, Now(), statistics.Packets + statistics.Drops, statistics.Drops);
    }

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        if (_writer is null)
        {
            return new Burst(packets.Length, _sink.Free(packets));
        }

        long now = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            if (!TryWrite(packets[i], ref now))
            {
                Fail(_writer.Error!);
                Counters.Errors++;
                long written = _sink.Free(packets[..i]);
                Drop(packets[i..], DropCause.Refused);
                return new Burst(packets.Length, written);
            }
        }

        return new Burst(packets.Length, _sink.Free(packets));
    }

    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private bool TryWrite(Packet packet, ref long now)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        long timestamp = metadata.Timestamp;
        if ((metadata.Flags & PacketFlags.Timestamp) == 0)
        {
            // One reading of the clock a burst.
            now = now == 0 ? Now() : now;
            timestamp = now;
        }

        int original = (metadata.Flags & PacketFlags.Truncated) != 0 ? (int)metadata.OriginalLength : packet.Length;
        if ((metadata.Flags & PacketFlags.ChecksumPartial) != 0)
        {
            int length = packet.CopyTo(_finished);
            ChecksumCompletion.TryComplete(_finished.AsSpan(0, length), metadata.ChecksumStart, metadata.ChecksumOffset);
            return _writer!.TryWrite(_interface, timestamp, original, _finished.AsSpan(0, length));
        }

        if (packet.SegmentCount == 1)
        {
            return _writer!.TryWrite(_interface, timestamp, original, packet.Data);
        }

        if (!_writer!.BeginPacket(_interface, timestamp, packet.Length, original))
        {
            return false;
        }

        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            _writer.Append(segment.Data);
        }

        return _writer.EndPacket();
    }
}
