using PollIO.Capture;

namespace PollIO.Pmd.Pcap;

/// <summary>Turns the records of a capture into packets, each with its time stamp; one longer than a data room becomes a chain.</summary>
internal sealed class PcapRxQueue : RxQueue
{
    private readonly CaptureReader? _reader;
    private readonly PacketPool _pool;
    private readonly bool _scatters;

    // A record that was read when the pool ran dry waits here, so that it is not lost.
    private readonly byte[] _held = new byte[CaptureReader.MaxCapturedLength];
    private CaptureRecord _heldRecord;
    private PacketSource _source;
    private int _heldLength = -1;
    private int _roundsLeft;

    internal PcapRxQueue(Port port, int index, PortConfig config, CaptureReader? reader, int rounds)
        : base(port, index)
    {
        _reader = reader;
        _pool = config.Pool;
        _source = new PacketSource(config.Pool, port);
        _scatters = config.RxOffloads.HasFlag(RxOffloads.Scatter);
        _roundsLeft = rounds;
    }

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        if (_reader is null)
        {
            Complete(QueueCompletion.EndOfSource);
            return Burst.None;
        }

        int filled = 0;
        long bytes = 0;
        while (filled < packets.Length && TryNext(out CaptureRecord record, out ReadOnlySpan<byte> data))
        {
            if (data.Length > _pool.DataRoom && !_scatters)
            {
                Counters.Drop(DropCause.TooLong);
                continue;
            }

            if (!TryFill(data, out Packet packet))
            {
                Hold(in record, data);
                break;
            }

            Describe(ref packet.Metadata, in record);
            bytes += data.Length;
            packets[filled++] = packet;
        }

        return new Burst(filled, bytes);
    }

    private static void Describe(ref PacketMetadata metadata, in CaptureRecord record)
    {
        if (record.HasTimestamp)
        {
            metadata.Timestamp = record.TimestampNs;
            metadata.Flags |= PacketFlags.Timestamp;
        }

        if (record.OriginalLength > record.CapturedLength)
        {
            metadata.OriginalLength = (uint)record.OriginalLength;
            metadata.Flags |= PacketFlags.Truncated;
        }
    }

    private bool TryNext(out CaptureRecord record, out ReadOnlySpan<byte> data)
    {
        if (_heldLength >= 0)
        {
            record = _heldRecord;
            data = _held.AsSpan(0, _heldLength);
            _heldLength = -1;
            return true;
        }

        return _reader!.TryReadNext(out record, out data) || (TryRewind() && _reader.TryReadNext(out record, out data));
    }

    /// <summary>Starts the next round, or completes the queue.</summary>
    private bool TryRewind()
    {
        // A capture without a record would be rewound for ever.
        if (_reader!.Status == CaptureStatus.EndOfFile && _roundsLeft > 1 && _reader.RecordsRead != 0)
        {
            _roundsLeft--;
            _reader.Rewind();
            return true;
        }

        Complete(_reader.Error is null ? QueueCompletion.EndOfSource : new QueueCompletion(_reader.Error));
        return false;
    }

    private void Hold(in CaptureRecord record, ReadOnlySpan<byte> data)
    {
        // The data may be the held record itself, tried again in vain.
        data.CopyTo(_held);
        _heldRecord = record;
        _heldLength = data.Length;
    }

    private bool TryFill(ReadOnlySpan<byte> data, out Packet packet)
    {
        if (!_source.TryTake(out packet))
        {
            return false;
        }

        if (PacketCopy.TryAppend(packet, data, _pool))
        {
            return true;
        }

        packet.Free();
        return false;
    }
}
