using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>Sends through a virtqueue as a driver; without a device, packets are dropped and counted.</summary>
internal sealed class DriverTxQueue(Port port, int index) : TxQueue(port, index)
{
    private volatile ReachTable _reach = ReachTable.None;

    /// <summary>The ring, or null while there is no device. Changed only while no lcore is inside.</summary>
    internal DriverTxRing? Ring { get; set; }

    /// <summary>Whether the device finishes checksums (VIRTIO_NET_F_CSUM).</summary>
    internal bool SendsPartialChecksums { get; set; }

    /// <summary>Whether the device cuts TCP into segments (VIRTIO_NET_F_HOST_TSO4 and 6).</summary>
    internal bool SendsLargeSegments { get; set; }

    /// <summary>Longest frame that may be sent in one piece, in bytes.</summary>
    internal int MaxFrame { get; set; } = int.MaxValue;

    /// <summary>What the device reaches; may change at any time.</summary>
    internal ReachTable Reach
    {
        get => _reach;
        set => _reach = value;
    }

    /// <summary>Nothing can be sent any more.</summary>
    internal void End(PollIOException error) => Fail(error);

    /// <summary>Counts what was in flight when the device left.</summary>
    internal void CountLost(int packets, DropCause cause) => Counters.Drop(cause, packets);

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        if (Ring is not { } ring || ring.Violation != RingViolation.None)
        {
            Drop(packets, Ring is null ? DropCause.LinkDown : DropCause.Refused);
            return new Burst(packets.Length, 0);
        }

        ReachTable reach = _reach;
        long bytes = 0;
        int done = ring.PutPlain(packets, reach.Main, ref bytes);
        if (done != packets.Length)
        {
            done = PutRest(ring, reach, packets, done, ref bytes);
        }

        ring.Publish();
        return new Burst(done, bytes);
    }

    /// <summary>Goes on behind a packet that needs care, or a full ring.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PutRest(DriverTxRing ring, ReachTable reach, ReadOnlySpan<Packet> packets, int done, ref long bytes)
    {
        while (done < packets.Length && ring.HasRoomForChain())
        {
            if (TryPrepare(packets[done], reach, out Packet packet))
            {
                bytes += packet.Length;
                ring.PutChain(packet);
            }

            done++;
            done += ring.PutPlain(packets[done..], reach.Main, ref bytes);
        }

        return done;
    }

    /// <summary>Makes a packet one that the device can be given, or drops it.</summary>
    private bool TryPrepare(Packet original, ReachTable reach, out Packet packet)
    {
        packet = original;
        ref PacketMetadata metadata = ref original.Metadata;
        TxFlags asked = metadata.TxFlags;
        bool isLarge = (asked & TxFlags.TcpSegmentation) != 0;
        bool unfinished = !SendsPartialChecksums
            && ((metadata.Flags & PacketFlags.ChecksumPartial) != 0 || (asked & (TxFlags.TcpChecksum | TxFlags.UdpChecksum)) != 0);
        if (isLarge ? !SendsLargeSegments : original.Length > MaxFrame)
        {
            return DropOne(original, isLarge ? DropCause.Refused : DropCause.TooLong);
        }

        if (original.SegmentCount > DriverTxRing.MaxSegments)
        {
            return DropOne(original, DropCause.TooManySegments);
        }

        if (!reach.Reaches(packet) || (unfinished && !packet.IsPlain) || (asked != TxFlags.None && packet.IsShared))
        {
            packet = CopyToOwnPool(packet);
            if (packet.IsNull)
            {
                return false;
            }
        }

        DropCause? cause = asked != TxFlags.None && !TxRequest.TryTranslate(packet) ? DropCause.Refused
            : unfinished && !PartialChecksum.TryFinish(packet) ? DropCause.Malformed
            : !reach.Reaches(packet) ? DropCause.Unreachable
            : packet.SegmentCount > DriverTxRing.MaxSegments ? DropCause.TooManySegments
            : null;
        return cause is null || DropOne(packet, cause.Value);
    }

    private bool DropOne(Packet packet, DropCause cause)
    {
        Drop(new ReadOnlySpan<Packet>(in packet), cause);
        return false;
    }
}
