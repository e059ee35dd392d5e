namespace PollIO.Pmd.Virtio.Driver;

/// <summary>Makes the driver's rings in the layout that was negotiated.</summary>
internal static unsafe class DriverRings
{
    /// <summary>A transmit ring in cleared memory.</summary>
    internal static DriverTxRing CreateTx(DriverRingMemory memory, ulong features, QueueNotifier notifier)
    {
        memory.Clear();
        return IsPacked(features)
            ? new DriverTxRing<PackedDriverLayout>(in memory, ring => new PackedDriverLayout(memory.Packed, features, ring.Counts), features, notifier)
            : new DriverTxRing<SplitDriverLayout>(
                in memory, ring => new SplitDriverLayout(memory.Split, features, ring.Counts, ring.ShadowEntries), features, notifier);
    }

    /// <summary>A receive ring in cleared memory; its buffers are put by <see cref="DriverRxRing.Refill"/>.</summary>
    internal static DriverRxRing CreateRx(DriverRingMemory memory, in DriverRxOptions options, QueueNotifier notifier)
    {
        memory.Clear();
        ulong features = options.Features;
        return IsPacked(features)
            ? new DriverRxRing<PackedDriverLayout>(in memory, ring => new PackedDriverLayout(memory.Packed, features, ring.Counts), in options, notifier)
            : new DriverRxRing<SplitDriverLayout>(
                in memory, ring => new SplitDriverLayout(memory.Split, features, ring.Counts, ring.ShadowEntries), in options, notifier);
    }

    /// <summary>A control ring in cleared memory, of at least <see cref="DriverControlRing.MinSize"/> descriptors.</summary>
    internal static DriverControlRing CreateControl(DriverRingMemory memory, ulong features, QueueNotifier notifier)
    {
        memory.Clear();
        return IsPacked(features)
            ? new DriverControlRing<PackedDriverLayout>(in memory, ring => new PackedDriverLayout(memory.Packed, features, ring.Counts), notifier)
            : new DriverControlRing<SplitDriverLayout>(
                in memory, ring => new SplitDriverLayout(memory.Split, features, ring.Counts, ring.ShadowEntries), notifier);
    }

    private static bool IsPacked(ulong features) => (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;
}
