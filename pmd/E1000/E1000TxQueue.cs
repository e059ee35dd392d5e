using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000DescriptorFields;

namespace PollIO.Pmd.E1000;

/// <summary>
/// The transmit ring. Plain packets take one legacy descriptor; chains, tags and checksums go the longer way
/// (E1000TxQueue.Offloads.cs). Every 32nd descriptor or so asks to be reported; only those are ever looked at.
/// </summary>
/// <remarks>
/// Positions count up for ever and are masked where rings are touched. Packets stand in a ring of their own, one entry a packet, so
/// that what is done is freed as a span. At most <see cref="ReportBatch"/> - 1 descriptors are unreported when a packet is
/// complete, and none needs more than half the smallest ring: a full ring always has a report to wait for.
/// </remarks>
internal sealed unsafe partial class E1000TxQueue : TxQueue, IDisposable
{
    /// <summary>Descriptors from one report to the next.</summary>
    internal const int ReportBatch = 32;

    /// <summary>Most segments of a packet; with a context descriptor they fill half of the smallest ring.</summary>
    internal const int MaxSegments = 30;

    /// <summary>Smallest ring the above holds for.</summary>
    internal const int MinRingSize = 2 * ReportBatch;

    /// <summary>Bytes of a VLAN tag.</summary>
    internal const int TagLength = 4;

    // The chips pad short frames, but not what is shorter than 17 bytes (82574 datasheet §10.2, TCTL.PSP).
    private const int MinLength = 17;
    private const ulong Whole = TXD_CMD_EOP | TXD_CMD_IFCS;

    private readonly Packet* _packets;
    private readonly uint* _ends;
    private readonly Report* _reports;
    private readonly int _size;
    private readonly int _maxFrame;
    private readonly bool _insertsTags;
    private readonly IovaMap _iova;
    private readonly DmaMemory _memory;
    private PacketPool? _lastPool;
    private E1000Descriptor* _ring;
    private MmioRegion? _registers;
    private uint _mask;
    private uint _next;
    private uint _done;
    private uint _unreported;
    private uint _packetsNext;
    private uint _packetsDone;
    private uint _reportsNext;
    private uint _reportsDone;
    private ulong _context;
    private PacketSink _sink;
    private bool _isLost;

    internal E1000TxQueue(Port port, PortConfig config, DmaMemory memory, IovaMap iova, int maxFrame)
        : base(port, index: 0)
    {
        _size = config.TxRingSize;
        _memory = memory;
        _iova = iova;
        _maxFrame = maxFrame;
        _insertsTags = config.TxOffloads.HasFlag(TxOffloads.VlanInsert);
        _packets = (Packet*)NativeMemory.AllocZeroed((nuint)_size, (nuint)sizeof(Packet));
        _ends = (uint*)NativeMemory.AllocZeroed((nuint)_size, sizeof(uint));
        _reports = (Report*)NativeMemory.AllocZeroed((nuint)(_size / ReportBatch), (nuint)sizeof(Report));
    }

    /// <summary>Starts at descriptor 0 of a device that stands there too. The queue's gate is closed.</summary>
    internal void Attach(E1000Descriptor* ring, MmioRegion registers)
    {
        _ring = ring;
        _registers = registers;
        _mask = (uint)_size - 1;
        _next = _done = _unreported = 0;
        _packetsNext = _packetsDone = 0;
        _reportsNext = _reportsDone = 0;
        _context = 0;
        new Span<E1000Descriptor>(ring, _size).Clear();
    }

    /// <summary>Takes everything back from a device that cannot reach memory any more.</summary>
    /// <param name="head">The descriptor the device stood at: what lies before it was sent, the rest counts as dropped.</param>
    internal void ReclaimAll(uint head)
    {
        if (_registers == null)
        {
            return;
        }

        // A head that is no position of ours means nothing was sent that was not reported.
        Reclaim(_mask + 1);
        uint sentEnd = _next - Math.Min((_next - head) & _mask, _next - _done);
        long lost = 0;
        while (_packetsDone != _packetsNext)
        {
            uint at = _packetsDone++ & _mask;
            Packet packet = _packets[at];
            if ((int)(_ends[at] - sentEnd) <= 0)
            {
                packet.Free();
                continue;
            }

            lost += packet.Length;
            Drop(new ReadOnlySpan<Packet>(in packet), DropCause.Stopped);
        }

        Counters.Bytes -= lost;
        _registers = null;
        _mask = 0;
        _next = _done = 0;
    }

    /// <summary>The port has lost its device: from now on everything is dropped.</summary>
    /// <param name="error">Why.</param>
    /// <param name="head">The descriptor the device stood at, when it could still be asked.</param>
    internal void Abandon(PollIOException error, uint? head)
    {
        ReclaimAll(head ?? (_done & _mask));
        _isLost = true;
        Fail(error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_packets);
        NativeMemory.Free(_ends);
        NativeMemory.Free(_reports);
    }

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        uint wanted = (uint)packets.Length;
        if (_mask - (_next - _done) < wanted)
        {
            Reclaim(wanted);
        }

        // Copies: the JIT does not keep fields in registers across stores through pointers. The slow way sees the fields.
        E1000Descriptor* ring = _ring;
        Packet* sent = _packets;
        uint* ends = _ends;
        IovaMap iova = _iova;
        PacketPool? reachable = _lastPool;
        uint mask = _mask, next = _next, done = _done, unreported = _unreported, packetsNext = _packetsNext;
        uint maxPlain = (uint)(_maxFrame - MinLength);
        uint start = next;
        int count = 0;
        long bytes = 0;
        for (; count < packets.Length; count++)
        {
            Packet packet = packets[count];
            ref PacketMetadata metadata = ref packet.Metadata;
            uint length = metadata.PacketLength;
            if (packet.SegmentCount != 1
                || metadata.TxFlags != TxFlags.None
                || (metadata.Flags & PacketFlags.ChecksumPartial) != 0
                || length - MinLength > maxPlain
                || !ReferenceEquals(packet.Pool, reachable)
                || next - done == mask)
            {
                (_next, _unreported, _packetsNext) = (next, unreported, packetsNext);

                // A local of its own: one whose address is taken lives in memory.
                long slow = 0;
                bool taken = TryTransmitSlow(packet, ref slow);
                bytes += slow;
                (next, done, unreported, packetsNext, reachable) = (_next, _done, _unreported, _packetsNext, _lastPool);
                if (!taken)
                {
                    break;
                }

                continue;
            }

            // SAFETY: masked positions lie in the ring and in the arrays of the same size; this one is free, as tested above.
            E1000Descriptor* descriptor = ring + (next & mask);
            ulong command = length | Whole;
            descriptor->Address = iova.Translate(packet.DataAddress);
            next++;
            sent[packetsNext & mask] = packet;
            ends[packetsNext & mask] = next;
            packetsNext++;
            bytes += length;
            if (++unreported >= ReportBatch)
            {
                unreported = 0;
                command |= TXD_CMD_RS;
                AddReport(next, packetsNext);
            }

            descriptor->Command = command;
        }

        (_next, _unreported, _packetsNext) = (next, unreported, packetsNext);
        if (next != start)
        {
            // What the device reads after this write, descriptors and frames, was stored before it.
            _registers!.Write32(E1000Registers.TDT, next & mask);
        }

        return new Burst(count, bytes);
    }

    private void AddReport(uint end, uint packetsEnd) =>
        _reports[_reportsNext++ & (((uint)_size / ReportBatch) - 1)] = new Report(end, packetsEnd);

    /// <summary>Frees what the device has reported, report by report, until there is room.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Reclaim(uint wanted)
    {
        while (_reportsDone != _reportsNext && _mask - (_next - _done) < wanted)
        {
            Report report = _reports[_reportsDone & (((uint)_size / ReportBatch) - 1)];

            // Pairs with the device's write-back, which comes after its last read of the frames before.
            if ((MemoryOrder.LoadAcquire(ref _ring[(report.End - 1) & _mask].Command) & TXD_STAT_DD) == 0)
            {
                break;
            }

            _reportsDone++;
            _done = report.End;
            FreeUpTo(report.PacketsEnd);
        }
    }

    private void FreeUpTo(uint end)
    {
        while (_packetsDone != end)
        {
            uint at = _packetsDone & _mask;
            uint run = Math.Min(end - _packetsDone, _mask + 1 - at);
            _sink.Free(new ReadOnlySpan<Packet>(_packets + at, (int)run));
            _packetsDone += run;
        }
    }

    /// <summary>A descriptor that asks to be reported: what is done when it is.</summary>
    private readonly record struct Report(uint End, uint PacketsEnd);
}
