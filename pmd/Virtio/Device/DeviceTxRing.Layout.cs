using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>The ring the driver receives from and we transmit into: each frame is copied once, into a buffer the driver has given.</summary>
internal sealed unsafe class DeviceTxRing<TLayout> : DeviceRing<TLayout>
    where TLayout : struct, IDeviceLayout
{
    private readonly bool _mergeable;
    private readonly bool _checksum;
    private readonly BufferLog? _log;

    internal DeviceTxRing(TLayout layout, uint size, PeerMemory memory, ulong features, QueueNotifier notifier, BufferLog? log)
        : base(layout, size, memory, isWritten: true, notifier, features)
    {
        _log = log;
        _mergeable = (features & VirtioSpec.VIRTIO_NET_F_MRG_RXBUF) != 0;
        _checksum = (features & VirtioSpec.VIRTIO_NET_F_GUEST_CSUM) != 0;
    }

    internal override int Transmit(ReadOnlySpan<Packet> packets, out TransmitStop stop)
    {
        stop = TransmitStop.Full;
        int done = 0;
        bool returned = false;
        while (done < packets.Length)
        {
            int staged = Stage(packets.Length - done);
            if (staged == 0)
            {
                break;
            }

            int before = done, first = First;
            for (int end = done + Math.Min(staged, packets.Length - done); done < end; done++)
            {
                Packet packet = packets[done];
                ref StagedBuffer buffer = ref Staged[First];
                ref PacketMetadata metadata = ref packet.Metadata;
                uint length = metadata.DataLength;
                if (buffer.Data == null
                    || buffer.Length < length + HeaderLength
                    || metadata.PacketLength != length
                    || (metadata.Flags & PacketFlags.ChecksumPartial) != 0)
                {
                    break;
                }

                // SAFETY: the buffer was checked against the peer's memory when it was staged, and holds header and frame.
                WriteHeader(buffer.Data);
                PeerCopy.Copy(buffer.Data + HeaderLength, (byte*)packet.DataAddress, length);
                ReturnFirst(length + HeaderLength);
                returned = true;
            }

            if (_log is not null)
            {
                LogFrames(packets[before..done], first);
            }

            if (done < packets.Length && First != End)
            {
                if (!TryTransmitSlow(packets[done], out stop))
                {
                    break;
                }

                returned = true;
                done++;
            }
            else if (done == before)
            {
                break;
            }
        }

        if (returned)
        {
            Publish();
        }

        return done;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteHeader(byte* header)
    {
        // All zero but the number of buffers (§5.1.6.4.1), the last field of a header of twelve bytes.
        Unsafe.WriteUnaligned(header, 0UL);
        if (HeaderLength == VirtioNetHeader.Size)
        {
            Unsafe.WriteUnaligned(header + sizeof(ulong), 1u << 16);
        }
        else
        {
            Unsafe.WriteUnaligned(header + sizeof(ulong), (ushort)0);
        }
    }

    /// <summary>Marks the buffers, from <paramref name="first"/> on, that each took one of these packets and its header.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void LogFrames(ReadOnlySpan<Packet> packets, int first)
    {
        foreach (Packet packet in packets)
        {
            _log!.Mark(Staged[first].Data, packet.Metadata.DataLength + HeaderLength);
            first++;
        }
    }

    /// <summary>A packet of several segments, one that needs several buffers, one with a checksum to finish, a buffer in pieces.</summary>
    /// <returns>Whether it was copied.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTransmitSlow(Packet packet, out TransmitStop stop)
    {
        bool unfinished = (packet.Metadata.Flags & PacketFlags.ChecksumPartial) != 0;
        if (unfinished && !_checksum)
        {
            stop = TransmitStop.Unfinished;
            return false;
        }

        int buffers = CountBuffers((uint)packet.Length + HeaderLength);
        stop = buffers < 0 ? TransmitStop.TooLong : TransmitStop.Full;
        if (buffers <= 0)
        {
            return false;
        }

        var header = new VirtioNetHeader { BufferCount = (ushort)buffers };
        if (unfinished)
        {
            header.Flags = VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM;
            header.ChecksumStart = packet.Metadata.ChecksumStart;
            header.ChecksumOffset = packet.Metadata.ChecksumOffset;
        }

        var from = new SegmentReader(packet, new ReadOnlySpan<byte>(&header, (int)HeaderLength));
        for (int i = 0; i < buffers; i++)
        {
            ref StagedBuffer buffer = ref Staged[First];
            var single = new BufferPiece { Data = buffer.Data, Length = buffer.Length };
            ReadOnlySpan<BufferPiece> pieces = buffer.Data != null ? new(ref single) : Pieces.AsSpan(0, PieceCount);
            uint written = 0;
            foreach (BufferPiece piece in pieces)
            {
                // SAFETY: each piece lies in the peer's memory.
                var copied = (uint)from.CopyTo(new Span<byte>(piece.Data, (int)piece.Length));
                _log?.Mark(piece.Data, copied);
                written += copied;
            }

            ReturnFirst(written);
        }

        return true;
    }

    /// <summary>How many staged buffers hold <paramref name="total"/> bytes.</summary>
    /// <returns>0 when more have to come first, -1 when it never fits.</returns>
    private int CountBuffers(uint total)
    {
        if (!_mergeable)
        {
            return Staged[First].Length >= total ? 1 : -1;
        }

        Compact();
        ulong room = 0;
        for (int i = 0; i < MaxStaged; i++)
        {
            if (i == End && Stage(i + 1) == i)
            {
                // A buffer in pieces is the last of those that can be put together.
                return i != 0 && Staged[i - 1].Data == null ? -1 : 0;
            }

            room += Staged[i].Length;
            if (room >= total)
            {
                return i + 1;
            }
        }

        return -1;
    }
}
