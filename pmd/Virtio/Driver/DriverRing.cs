using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>
/// What the driver's two kinds of rings share: packets in flight by slot, positions, the wiring. Descriptors are taken in the order
/// of the ring, and a slot is taken again when it and all before it have come back, whatever order the device used them in.
/// </summary>
internal abstract unsafe class DriverRing
{
    private readonly Packet[] _packets;
    private readonly ushort[] _counts;
    private readonly ushort[] _shadowEntries;

    private protected DriverRing(in DriverRingMemory memory, QueueNotifier notifier)
    {
        Size = memory.Size;
        Mask = memory.Size - 1;
        Iova = memory.Iova;
        Notifier = notifier;
        _packets = GC.AllocateArray<Packet>((int)Size, pinned: true);
        _counts = GC.AllocateArray<ushort>((int)Size, pinned: true);
        Array.Fill(_counts, (ushort)1);
        _shadowEntries = GC.AllocateArray<ushort>((int)Size, pinned: true);
        fixed (Packet* packets = _packets)
        {
            Shadow = packets;
        }

        fixed (ushort* counts = _counts)
        {
            Counts = counts;
        }

        fixed (ushort* entries = _shadowEntries)
        {
            ShadowEntries = entries;
        }
    }

    /// <summary>What the device did wrong; from then on the ring moves nothing.</summary>
    internal RingViolation Violation { get; private protected set; }

    /// <summary>Descriptors in the ring, a power of two.</summary>
    internal uint Size { get; }

    private protected uint Mask { get; }

    private protected IovaMap Iova { get; }

    private protected QueueNotifier Notifier { get; }

    /// <summary>SAFETY: pinned, one entry a slot; indexed with the mask or with ids compared to it.</summary>
    private protected Packet* Shadow { get; }

    /// <summary>Descriptors of the buffer that begins in a slot: 1, but for chains; 0 inside a chain.</summary>
    internal ushort* Counts { get; }

    /// <summary>Room for the entries of a split ring's available ring as we wrote them.</summary>
    internal ushort* ShadowEntries { get; }

    /// <summary>Frees everything in flight; the device reaches the ring no more.</summary>
    /// <returns>Packets freed.</returns>
    internal virtual int Release()
    {
        int freed = 0;
        foreach (ref Packet packet in _packets.AsSpan())
        {
            if (!packet.IsNull)
            {
                packet.Free();
                packet = default;
                freed++;
            }
        }

        return freed;
    }
}
