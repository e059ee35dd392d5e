using System.Runtime.CompilerServices;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// TPACKET_V2: a ring of equal slots, each handed over by itself as soon as its frame is in, which is what forwarding wants.
/// </summary>
internal sealed unsafe class SlotRxQueue : AfPacketRxQueue
{
    private readonly OversizedFrames _oversized;
    private readonly byte* _ring;
    private readonly int _slotSize;
    private readonly int _slotCount;
    private int _next;
    private bool _losing;

    internal SlotRxQueue(Port port, int index, PacketSocket socket, FrameReceiver receiver, in TpacketReq3 request)
        : base(port, index, socket, receiver)
    {
        _oversized = new OversizedFrames(socket);
        _ring = socket.Ring;
        _slotSize = (int)request.FrameSize;
        _slotCount = (int)request.FrameCount;
    }

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        if (Receiver.HasPending)
        {
            return TakePending(packets);
        }

        int ready = CountReady(packets.Length);
        if (ready == 0)
        {
            return Burst.None;
        }

        // Frames there is no packet for stay in the ring; when that is full the kernel drops and counts.
        int allocated = Receiver.Allocate(packets[..ready]);
        int filled = 0;
        for (int i = 0; i < allocated; i++)
        {
            Packet packet = packets[i];
            packets[filled] = packet;
            filled += Accept(packet);
            if (Receiver.HasPending)
            {
                PacketPool.Free(packets[(i + 1)..allocated]);
                filled += Receiver.TakePending(packets[filled..]);
                break;
            }
        }

        if (_losing)
        {
            // Once a burst: the mark is on every frame until the count was read.
            _losing = false;
            CountKernelDrops();
        }

        return new Burst(filled, CountBytes(packets[..filled]));
    }

    protected override int DiscardRing()
    {
        // Once around at most: under load the kernel fills slots as fast as they are given back.
        int discarded = 0;
        for (; discarded < _slotCount; discarded++)
        {
            uint status = MemoryOrder.LoadAcquire(ref SlotAt(_next)->DeviceStatus);
            if ((status & TP_STATUS_USER) == 0)
            {
                break;
            }

            if ((status & TP_STATUS_COPY) != 0)
            {
                _oversized.TryFetch(out _);
            }

            Release();
        }

        return discarded;
    }

    /// <summary>Turns the next slot into a packet and hands the slot back.</summary>
    /// <returns>1 when <paramref name="packet"/> was filled; else 0, and it was freed.</returns>
    private int Accept(Packet packet)
    {
        Tpacket2Hdr* slot = SlotAt(_next);
        uint status = slot->DeviceStatus;
        bool filled = false;
        if (TryRead(slot, status, out RawFrame frame))
        {
            if (frame.IsOversized)
            {
                Receiver.Segment(in frame, ref Counters);
            }
            else
            {
                filled = Receiver.TryFill(packet, in frame, ref Counters);
            }
        }

        if (!filled)
        {
            packet.Free();
        }

        _losing |= (status & TP_STATUS_LOSING) != 0;
        Release();
        return filled ? 1 : 0;
    }

    /// <summary>Hands the next slot back to the kernel.</summary>
    private void Release()
    {
        // Pairs with the kernel's read of the status: the frame was copied before its slot is free.
        MemoryOrder.StoreRelease(ref SlotAt(_next)->DeviceStatus, TP_STATUS_KERNEL);
        _next = _next + 1 == _slotCount ? 0 : _next + 1;
    }

    private bool TryRead(Tpacket2Hdr* slot, uint status, out RawFrame frame)
    {
        frame = default;
        if ((status & TP_STATUS_COPY) != 0)
        {
            // The slot was too short: the whole frame waits on the socket.
            if (!_oversized.TryFetch(out frame))
            {
                Counters.Drop(DropCause.TooLong);
                return false;
            }
        }
        else if (!TryReadSlot(slot, ref frame))
        {
            return false;
        }

        frame.SetVlan(status, slot->DeviceVlanTci, slot->DeviceVlanTpid);
        frame.Timestamp = ToNanoseconds(slot->DeviceSeconds, slot->DeviceNanoseconds);
        return true;
    }

    private bool TryReadSlot(Tpacket2Hdr* slot, ref RawFrame frame)
    {
        if (slot->DeviceSnapLength < slot->DeviceLength)
        {
            // Too long for the slot, and the socket had no room for the whole frame.
            Counters.Drop(DropCause.Missed);
            return false;
        }

        ulong mac = slot->DeviceMacOffset;
        if (mac < (ulong)sizeof(Tpacket2Hdr) + VirtioNetHdr.Size || mac + slot->DeviceSnapLength > (ulong)_slotSize)
        {
            Counters.Drop(DropCause.Malformed);
            return false;
        }

        // SAFETY: the frame lies between its header and the slot's end, as tested above; the virtio header is right before it.
        byte* data = (byte*)slot + mac;
        frame.Header = Unsafe.ReadUnaligned<VirtioNetHdr>(data - VirtioNetHdr.Size);
        frame.Data = new ReadOnlySpan<byte>(data, (int)slot->DeviceSnapLength);
        return true;
    }

    private int CountReady(int limit)
    {
        int ready = 0;
        for (int at = _next; ready < limit; ready++)
        {
            // Pairs with the kernel's write of the status after the frame.
            if ((MemoryOrder.LoadAcquire(ref SlotAt(at)->DeviceStatus) & TP_STATUS_USER) == 0)
            {
                break;
            }

            at = at + 1 == _slotCount ? 0 : at + 1;
        }

        return ready;
    }

    // SAFETY: the index is below the number of slots in the mapped ring, which the kernel lays out without gaps
    // because the block size is a multiple of the slot size.
    private Tpacket2Hdr* SlotAt(int index) => (Tpacket2Hdr*)(_ring + ((nint)index * _slotSize));
}
