using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000DescriptorFields;

namespace PollIO.Pmd.E1000;

/// <summary>
/// The receive ring: which packet lies in which descriptor, refilling, chains, and what goes wrong. The poll itself is compiled
/// for a descriptor format (<see cref="E1000FormatRxQueue{TFormat}"/>).
/// </summary>
/// <remarks>
/// Positions count up for ever and are masked where the ring is touched. From <c>_next</c> to <c>_filled</c> the device owns the
/// descriptors; it never owns all, because equal head and tail mean that it has none.
/// </remarks>
internal abstract unsafe class E1000RxQueue : RxQueue, IDisposable
{
    private protected E1000Descriptor* _ring;
    private protected Packet* _shadow;
    private protected uint _mask;
    private protected uint _next;
    private protected uint _filled;

    /// <summary>Whether the next descriptor continues a frame, kept or not.</summary>
    private protected bool _inChain;

    /// <summary>Whether the device broke the rules of the ring: what it writes there is not looked at any more.</summary>
    private protected bool _isStopped;

    /// <summary>Status bits that say something the application asked for.</summary>
    private protected uint _wantedStatus;

    private readonly Packet* _packets;
    private readonly int _size;
    private readonly IovaMap _iova;
    private readonly E1000RxInterrupt _interrupt;
    private readonly int _headroom;
    private readonly int _maxFrame;
    private readonly bool _verifiesChecksums;
    private readonly bool _stripsTags;
    private readonly QueueCompletion _violation;
    private PacketSource _source;
    private MmioRegion? _registers;
    private Packet _chain;
    private bool _discardsChain;
    private uint _refillBatch;

    private protected E1000RxQueue(Port port, PortConfig config, IovaMap iova, int maxFrame, E1000RxInterrupt interrupt)
        : base(port, index: 0)
    {
        _size = config.RxRingSize;
        _iova = iova;
        _interrupt = interrupt;
        _headroom = config.Pool.Headroom;
        _maxFrame = maxFrame;
        BufferSize = 1 << Math.Min(14, int.Log2(config.Pool.DataRoom));
        _verifiesChecksums = config.RxOffloads.HasFlag(RxOffloads.Checksum);
        _stripsTags = config.RxOffloads.HasFlag(RxOffloads.VlanStrip);
        bool tags = _stripsTags || config.TxOffloads.HasFlag(TxOffloads.VlanInsert);
        _wantedStatus = (_verifiesChecksums ? RXD_STAT_IPCS | RXD_STAT_TCPCS | RXD_STAT_UDPCS : 0) | (tags ? RXD_STAT_VP : 0);
        _source = new PacketSource(config.Pool, port);

        // Made here: an lcore that finds it allocates nothing.
        _violation = new QueueCompletion(new PollIOException(
            "receive", port.Name, "the device wrote a length of no sense into a descriptor; the queue has stopped"));
        _packets = (Packet*)NativeMemory.AllocZeroed((nuint)_size, (nuint)sizeof(Packet));
    }

    /// <inheritdoc/>
    public override int InterruptDescriptor => _interrupt.Descriptor;

    /// <summary>Bytes the device may write to one buffer: the largest size it knows that fits the data room.</summary>
    internal int BufferSize { get; }

    /// <summary>Times the pool had too few packets for a refill.</summary>
    internal long ShortRefills { get; private set; }

    /// <inheritdoc/>
    public override void ArmInterrupt()
    {
        _interrupt.Arm();

        // The pool was dry: without a descriptor nothing can arrive and interrupt. Polling goes on until there are packets again.
        if (_filled == _next)
        {
            _interrupt.Signal();
        }
    }

    /// <inheritdoc/>
    public override void DisarmInterrupt() => _interrupt.Disarm();

    /// <summary>Fills the ring of a device that stands at descriptor 0, and hands it over. The queue's gate is closed.</summary>
    internal void Attach(E1000Descriptor* ring, MmioRegion registers)
    {
        _ring = ring;
        _shadow = _packets;
        _mask = (uint)_size - 1;
        _next = _filled = 0;
        _chain = default;
        _discardsChain = _inChain = _isStopped = false;

        // A write of the tail costs more than what one descriptor brings; a quarter of a small ring is a batch all the same.
        _refillBatch = (uint)Math.Min(64, _size / 4);
        _registers = registers;
        new Span<E1000Descriptor>(ring, _size).Clear();
        Refill();
    }

    /// <summary>Takes everything back from a device that cannot reach memory any more. Frames nobody polled for count as dropped.</summary>
    internal void Reclaim()
    {
        if (_registers == null)
        {
            return;
        }

        int unread = 0;
        for (uint at = _next; at != _filled; at++)
        {
            unread += (StatusAt(at) & (RXD_STAT_DD | RXD_STAT_EOP)) == (RXD_STAT_DD | RXD_STAT_EOP) ? 1 : 0;
            _shadow[at & _mask].Free();
        }

        FreeChain();
        Counters.Drop(DropCause.Stopped, unread);
        Detach();
    }

    /// <summary>The port has lost its device.</summary>
    internal void Abandon(PollIOException error)
    {
        Reclaim();
        Complete(new QueueCompletion(error));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_packets);
    }

    private protected abstract uint StatusAt(uint position);

    /// <summary>
    /// Whether a refill is due, to be asked at the end of every poll: also an idle one, because a pool that was dry may have
    /// packets again.
    /// </summary>
    private protected bool WantsRefill => _mask - (_filled - _next) >= _refillBatch;

    /// <summary>Puts packets into every free descriptor, and hands all over with one write of the tail.</summary>
    private protected void Refill()
    {
        uint filled = _filled;
        while (_mask - (filled - _next) is var free and > 0)
        {
            uint at = filled & _mask;
            var slots = new Span<Packet>(_shadow + at, (int)Math.Min(free, _mask + 1 - at));
            int taken = _source.Take(slots);
            for (int i = 0; i < taken; i++)
            {
                // SAFETY: at + i lies in the ring. The device reads the descriptor after the write of the tail below.
                E1000Descriptor* descriptor = _ring + at + i;
                descriptor->Address = _iova.Translate(slots[i].DataAddress);
                descriptor->Command = 0;
            }

            filled += (uint)taken;
            if (taken != slots.Length)
            {
                ShortRefills++;
                break;
            }
        }

        if (filled != _filled)
        {
            _filled = filled;
            _registers!.Write32(E1000Registers.RDT, filled & _mask);
        }
    }

    /// <summary>
    /// A descriptor that is not one good, whole frame without news: part of a chain, an error, a tag, a checksum.
    /// </summary>
    /// <param name="packet">The descriptor's packet; it is consumed, or comes back as <paramref name="done"/>.</param>
    /// <param name="status">Status and errors.</param>
    /// <param name="length">Bytes written, not yet checked.</param>
    /// <param name="tag">The VLAN tag, where status says there is one.</param>
    /// <param name="done">The complete packet, when one ends here.</param>
    /// <returns>Whether a packet is complete.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private protected bool TryAcceptSlow(Packet packet, uint status, int length, ushort tag, out Packet done)
    {
        bool ends = (status & RXD_STAT_EOP) != 0;
        done = default;
        if ((uint)(length - 1) >= (uint)BufferSize)
        {
            packet.Free();
            FreeChain();
            StopForViolation();
            return false;
        }

        if (_discardsChain || (status & RXD_ERR_FRAME) != 0 || (_chain.IsNull ? 0 : _chain.Length) + length > _maxFrame)
        {
            packet.Free();
            Discard(status, ends);
            return false;
        }

        ref PacketMetadata metadata = ref packet.Metadata;
        metadata.DataLength = (ushort)length;
        metadata.PacketLength = (uint)length;
        if (_chain.IsNull)
        {
            _chain = packet;
        }
        else
        {
            _chain.Chain(packet);
        }

        _inChain = !ends;
        if (!ends)
        {
            return false;
        }

        done = _chain;
        _chain = default;
        ApplyStatus(done, status, tag);
        return true;
    }

    /// <summary>
    /// The device broke the rules of the ring. What else it writes there is not looked at any more; the packets stay in the ring
    /// until the port stops, because it may still write to them.
    /// </summary>
    private void StopForViolation()
    {
        Counters.Errors++;
        Counters.Drop(DropCause.Malformed);
        Complete(_violation);
        _isStopped = true;
        _refillBatch = uint.MaxValue;
    }

    private void Discard(uint status, bool ends)
    {
        FreeChain();
        bool isError = (status & RXD_ERR_FRAME) != 0;
        if (isError)
        {
            Counters.Errors++;
        }

        if (!_discardsChain)
        {
            Counters.Drop(isError ? DropCause.Malformed : DropCause.TooLong);
        }

        _discardsChain = _inChain = !ends;
    }

    private void FreeChain()
    {
        if (!_chain.IsNull)
        {
            _chain.Free();
            _chain = default;
        }
    }

    /// <summary>A ring without a descriptor of the device's and without room: polls find nothing and touch no register.</summary>
    private void Detach()
    {
        _ring = null;
        _mask = 0;
        _next = _filled = 0;
        _registers = null;
    }

    private void ApplyStatus(Packet packet, uint status, ushort tag)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        if (_verifiesChecksums && (status & RXD_STAT_IXSM) == 0)
        {
            if ((status & RXD_STAT_IPCS) != 0)
            {
                metadata.Flags |= (status & RXD_ERR_IPE) != 0 ? PacketFlags.IpChecksumBad : PacketFlags.IpChecksumGood;
            }

            if ((status & (RXD_STAT_TCPCS | RXD_STAT_UDPCS)) != 0)
            {
                metadata.Flags |= (status & RXD_ERR_TCPE) != 0 ? PacketFlags.L4ChecksumBad : PacketFlags.L4ChecksumGood;
            }
        }

        if ((status & RXD_STAT_VP & _wantedStatus) != 0)
        {
            if (_stripsTags)
            {
                metadata.VlanTci = tag;
                metadata.Flags |= PacketFlags.VlanStripped;
            }
            else
            {
                RestoreTag(packet, tag);
            }
        }
    }

    /// <summary>
    /// The chip's one switch for tags is on for sending, but nobody asked to have them taken out of received frames: it goes back.
    /// </summary>
    private void RestoreTag(Packet packet, ushort tag)
    {
        if (_headroom < E1000TxQueue.TagLength || !packet.TryPrepend(E1000TxQueue.TagLength, out Span<byte> start))
        {
            packet.Metadata.VlanTci = tag;
            packet.Metadata.Flags |= PacketFlags.VlanStripped;
            return;
        }

        Span<byte> data = packet.Data;
        data.Slice(start.Length, 12).CopyTo(data);
        data[12] = 0x81;
        data[13] = 0;
        data[14] = (byte)(tag >> 8);
        data[15] = (byte)tag;
    }
}
