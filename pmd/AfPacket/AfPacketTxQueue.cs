using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// Sends a burst with one system call (sendmmsg), gathering straight from the packets' buffers.
/// </summary>
/// <remarks>
/// Not PACKET_TX_RING: it lends the ring's pages to the kernel and calls a slot free when the frame leaves the sender's
/// accounting, which over veth is before the receiver has read it. A slot filled again then changes data that waits in the
/// peer's socket. Here the kernel copies before the call returns.
/// </remarks>
internal sealed unsafe class AfPacketTxQueue : TxQueue, IDisposable
{
    internal const int MaxSegments = 16;

    private const int MaxMessages = 64;
    private const int VectorsPerMessage = MaxSegments + 1;

    private readonly PacketSocket _socket;
    private readonly MultiMessageHeader* _messages;
    private readonly IoVector* _vectors;
    private readonly VirtioNetHdr* _headers;
    private PacketSink _sink;

    internal AfPacketTxQueue(Port port, int index, PacketSocket socket)
        : base(port, index)
    {
        _socket = socket;
        _messages = (MultiMessageHeader*)NativeMemory.AllocZeroed(MaxMessages, (nuint)sizeof(MultiMessageHeader));
        _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxMessages * VectorsPerMessage, (nuint)sizeof(IoVector));
        _headers = (VirtioNetHdr*)NativeMemory.AllocZeroed(MaxMessages, VirtioNetHdr.Size);
        for (int i = 0; i < MaxMessages; i++)
        {
            IoVector* vectors = _vectors + (i * VectorsPerMessage);
            vectors->Base = (nint)(_headers + i);
            vectors->Length = VirtioNetHdr.Size;
            _messages[i].Vectors = (nint)vectors;
        }
    }

    /// <summary>Says that the interface is gone.</summary>
    internal new void Fail(PollIOException error) => base.Fail(error);

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_headers);
    }

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        int done = 0;
        long bytes = 0;
        while (done < packets.Length)
        {
            int prepared = Prepare(packets[done..]);
            if (prepared == 0)
            {
                Drop(packets.Slice(done, 1), DropCause.TooManySegments);
                done++;
                continue;
            }

            int sent = LibcSocket.SendMany(_socket.Descriptor, _messages, (uint)prepared, MSG_DONTWAIT);
            if (sent > 0)
            {
                bytes += _sink.Free(packets.Slice(done, sent));
                done += sent;
            }
            else if (!TryPass(packets.Slice(done, 1), Marshal.GetLastPInvokeError(), ref done))
            {
                break;
            }
        }

        return new Burst(done, bytes);
    }

    /// <summary>Deals with the first packet of a call that sent nothing.</summary>
    /// <returns>False when the kernel has no room: the packet stays the caller's.</returns>
    private bool TryPass(ReadOnlySpan<Packet> packet, int errno, ref int done)
    {
        switch (errno)
        {
            case EINTR:
                return true;
            case EAGAIN:
                return false;
            default:
                Drop(packet, CauseOf(errno));
                done++;
                return true;
        }
    }

    private DropCause CauseOf(int errno)
    {
        switch (errno)
        {
            case EMSGSIZE:
                return DropCause.TooLong;
            case ENETDOWN or ENXIO or ENODEV:
                return DropCause.LinkDown;
            case ENOBUFS:
                // The frame is gone: a queueing discipline, a filter or the far end of a veth pair dropped it, perhaps for good.
                // Handing it back as "ring full" would make a caller that waits for room wait for ever.
                return Port.Link.IsUp ? DropCause.Missed : DropCause.LinkDown;
            default:
                Counters.Errors++;
                return DropCause.Refused;
        }
    }

    /// <summary>Describes as many packets as one call takes, up to the first with too many segments.</summary>
    private int Prepare(ReadOnlySpan<Packet> packets)
    {
        int count = Math.Min(packets.Length, MaxMessages);
        for (int i = 0; i < count; i++)
        {
            Packet packet = packets[i];
            if (packet.SegmentCount > MaxSegments)
            {
                return i;
            }

            // SAFETY: every message has a vector for its header and for each of at most MaxSegments segments.
            IoVector* vector = _vectors + (i * VectorsPerMessage) + 1;
            _messages[i].VectorCount = (nuint)packet.SegmentCount + 1;
            SetHeader(_headers + i, in packet.Metadata);
            for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment, vector++)
            {
                vector->Base = segment.DataAddress;
                vector->Length = (nuint)segment.Data.Length;
            }
        }

        return count;
    }

    private static void SetHeader(VirtioNetHdr* header, in PacketMetadata metadata)
    {
        if ((metadata.Flags & PacketFlags.ChecksumPartial) == 0)
        {
            header->Flags = 0;
            return;
        }

        header->Flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        header->ChecksumStart = metadata.ChecksumStart;
        header->ChecksumOffset = metadata.ChecksumOffset;
    }
}
