using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>The ring the driver transmits into and we receive from: each frame is copied once, into a packet.</summary>
internal sealed unsafe class DeviceRxRing<TLayout> : DeviceRing<TLayout>
    where TLayout : struct, IDeviceLayout
{
    private const uint MaxFrame = 65550;

    private readonly PacketPool _pool;
    private readonly RxQueue _queue;
    private readonly bool _scatter;
    private readonly bool _checksum;
    private readonly uint _room;
    private PacketSource _source;

    internal DeviceRxRing(TLayout layout, uint size, PeerMemory memory, ulong features, in DeviceRxOptions options, QueueNotifier notifier)
        : base(layout, size, memory, isWritten: false, notifier, features)
    {
        _pool = options.Pool;
        _queue = options.Queue;
        _scatter = options.Scatter;
        _checksum = (features & VirtioSpec.VIRTIO_NET_F_CSUM) != 0;
        _room = (uint)_pool.DataRoom;
        _source = new PacketSource(_pool, _queue.Port);
    }

    internal override Burst Receive(Span<Packet> packets)
    {
        int staged = Stage(packets.Length);
        if (staged == 0)
        {
            return Burst.None;
        }

        packets = packets[..Math.Min(staged, packets.Length)];
        int taken = _source.Take(packets);
        bool returned = taken != 0;
        int count = 0;
        long bytes = 0;
        while (count < taken && First != End)
        {
            ref StagedBuffer buffer = ref Staged[First];
            Packet packet = packets[count];
            uint length = buffer.Length - HeaderLength;
            if (buffer.Data != null && length - 1 < _room && !_checksum)
            {
                // SAFETY: the buffer was checked against the peer's memory when it was staged; the packet has the room.
                PeerCopy.Copy((byte*)packet.DataAddress, buffer.Data + HeaderLength, length);
                ref PacketMetadata metadata = ref packet.Metadata;
                metadata.DataLength = (ushort)length;
                metadata.PacketLength = length;
                bytes += length;
                count++;
            }
            else if (ReceiveSlow(packet, in buffer) is { } cause)
            {
                _queue.Counters.Drop(cause);
                if (cause == DropCause.NoPacket)
                {
                    // It holds a part of the frame; the last one taken stands in for it.
                    packet.Free();
                    packets[count] = packets[--taken];
                }
            }
            else
            {
                bytes += packet.Length;
                count++;
            }

            ReturnFirst(0);
        }

        if (returned)
        {
            Publish();
        }

        // Packets taken for frames that were dropped.
        if (count != taken)
        {
            PacketPool.Free(packets[count..taken]);
        }

        return new Burst(count, bytes);
    }

    /// <summary>A frame in pieces, with a checksum to finish, longer than a data room, or impossible.</summary>
    /// <returns>Why it was dropped, or null; with NoPacket a part of it is in the packet.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private DropCause? ReceiveSlow(Packet packet, in StagedBuffer buffer)
    {
        if (buffer.Length <= HeaderLength || buffer.Length > MaxFrame)
        {
            return buffer.Length > MaxFrame ? DropCause.TooLong : DropCause.Malformed;
        }

        if (buffer.Length - HeaderLength > _room && !_scatter)
        {
            return DropCause.TooLong;
        }

        var single = new BufferPiece { Data = buffer.Data, Length = buffer.Length };
        ReadOnlySpan<BufferPiece> pieces = buffer.Data != null ? new(ref single) : Pieces.AsSpan(0, PieceCount);
        VirtioNetHeader header = default;
        var headerBytes = new Span<byte>(&header, (int)HeaderLength);
        uint skipped = 0;
        foreach (BufferPiece piece in pieces)
        {
            // SAFETY: each piece lies in the peer's memory.
            var bytes = new ReadOnlySpan<byte>(piece.Data, (int)piece.Length);
            int head = Math.Min(bytes.Length, (int)(HeaderLength - skipped));
            bytes[..head].CopyTo(headerBytes[(int)skipped..]);
            skipped += (uint)head;
            if (!PacketCopy.TryAppend(packet, bytes[head..], _pool))
            {
                return DropCause.NoPacket;
            }
        }

        if (_checksum && (header.Flags & VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0)
        {
            ref PacketMetadata metadata = ref packet.Metadata;
            metadata.Flags |= PacketFlags.ChecksumPartial;
            metadata.ChecksumStart = header.ChecksumStart;
            metadata.ChecksumOffset = header.ChecksumOffset;
        }

        return null;
    }
}
