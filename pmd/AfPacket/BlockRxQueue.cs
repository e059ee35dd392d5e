using System.Runtime.CompilerServices;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// TPACKET_V3: blocks filled with frames of any length and handed over whole, when full or after a timeout. Good for capture,
/// late for forwarding.
/// </summary>
internal sealed unsafe class BlockRxQueue : AfPacketRxQueue
{
    private readonly byte* _ring;
    private readonly nuint _blockSize;
    private readonly int _blockCount;
    private int _block;
    private nuint _offset;
    private uint _left;
    private long _staleBefore;

    internal BlockRxQueue(Port port, int index, PacketSocket socket, FrameReceiver receiver, in TpacketReq3 request)
        : base(port, index, socket, receiver)
    {
        _ring = socket.Ring;
        _blockSize = request.BlockSize;
        _blockCount = (int)request.BlockCount;
    }

    private TpacketBlockDesc* Block => (TpacketBlockDesc*)(_ring + ((nuint)_block * _blockSize));

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        if (Receiver.HasPending)
        {
            return TakePending(packets);
        }

        if (_left == 0 && !TryOpenBlock())
        {
            return Burst.None;
        }

        int allocated = Receiver.Allocate(packets[..(int)Math.Min((uint)packets.Length, _left)]);
        int filled = 0;
        for (int i = 0; i < allocated; i++)
        {
            Packet packet = packets[i];
            packets[filled] = packet;
            filled += Accept(packet);
            if (Receiver.HasPending || _left == 0)
            {
                PacketPool.Free(packets[(i + 1)..allocated]);
                filled += Receiver.TakePending(packets[filled..]);
                break;
            }
        }

        return new Burst(filled, CountBytes(packets[..filled]));
    }

    protected override int DiscardRing()
    {
        int discarded = 0;
        for (int i = 0; i < _blockCount && (_left != 0 || TryOpenBlock()); i++)
        {
            discarded += (int)_left;
            CloseBlock();
        }

        // The next block may be half full already; the kernel keeps it until it is full or its time is up.
        _staleBefore = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        return discarded;
    }

    private bool TryOpenBlock()
    {
        // Pairs with the kernel's write of the block's status after its frames.
        uint status = MemoryOrder.LoadAcquire(ref Block->DeviceStatus);
        if ((status & TP_STATUS_USER) == 0)
        {
            return false;
        }

        if ((status & TP_STATUS_LOSING) != 0)
        {
            CountKernelDrops();
        }

        _left = Block->DevicePacketCount;
        _offset = Block->DeviceFirstOffset;
        if (_left == 0)
        {
            CloseBlock();
        }

        return _left != 0;
    }

    private void CloseBlock()
    {
        // Pairs with the kernel's read of the status: every frame was copied before the block is free.
        MemoryOrder.StoreRelease(ref Block->DeviceStatus, TP_STATUS_KERNEL);
        _block = _block + 1 == _blockCount ? 0 : _block + 1;
        _left = 0;
        _staleBefore = 0;
    }

    /// <summary>Turns the block's next frame into a packet.</summary>
    /// <returns>1 when <paramref name="packet"/> was filled; else 0, and it was freed.</returns>
    private int Accept(Packet packet)
    {
        bool filled = false;
        if (TryRead(out RawFrame frame, out uint nextOffset))
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

        _offset += nextOffset;
        _left--;
        if (_left == 0)
        {
            CloseBlock();
        }

        return filled ? 1 : 0;
    }

    private bool TryRead(out RawFrame frame, out uint nextOffset)
    {
        frame = default;
        nextOffset = 0;
        if (_offset > _blockSize - (nuint)sizeof(Tpacket3Hdr))
        {
            return Abandon();
        }

        // SAFETY: the header lies inside the block, as tested above.
        var header = (Tpacket3Hdr*)((byte*)Block + _offset);
        nuint start = _offset + header->DeviceMacOffset;
        if (header->DeviceMacOffset < sizeof(Tpacket3Hdr) + VirtioNetHdr.Size || start + header->DeviceSnapLength > _blockSize)
        {
            return Abandon();
        }

        nextOffset = header->DeviceNextOffset;
        frame.Timestamp = ToNanoseconds(header->DeviceSeconds, header->DeviceNanoseconds);
        if (frame.Timestamp < _staleBefore)
        {
            Counters.Drop(DropCause.Stopped);
            return false;
        }

        if (header->DeviceSnapLength < header->DeviceLength)
        {
            Counters.Drop(DropCause.TooLong);
            return false;
        }

        frame.SetVlan(header->DeviceStatus, (ushort)header->DeviceVlanTci, header->DeviceVlanTpid);

        // SAFETY: frame and virtio header lie inside the block, as tested above.
        byte* data = (byte*)Block + start;
        frame.Header = Unsafe.ReadUnaligned<VirtioNetHdr>(data - VirtioNetHdr.Size);
        frame.Data = new ReadOnlySpan<byte>(data, (int)header->DeviceSnapLength);
        return true;
    }

    /// <summary>Gives up the rest of a block whose offsets lead out of it.</summary>
    private bool Abandon()
    {
        Counters.Drop(DropCause.Malformed, (int)_left);
        _left = 1;
        return false;
    }
}
