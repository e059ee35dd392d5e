namespace PollIO.Pmd.Virtio.Device;

/// <summary>Makes the device's rings in the layout that was negotiated.</summary>
internal static unsafe class DeviceRings
{
    /// <summary>A ring the driver transmits into.</summary>
    internal static DeviceRing CreateRx(in DeviceRingPlace place, PeerMemory memory, ulong features, in DeviceRxOptions options, QueueNotifier notifier) =>
        IsPacked(features)
            ? new DeviceRxRing<PackedDeviceLayout>(Packed(in place), place.Size, memory, features, in options, notifier)
            : new DeviceRxRing<SplitDeviceLayout>(Split(in place, features), place.Size, memory, features, in options, notifier);

    /// <summary>A ring the driver receives from.</summary>
    internal static DeviceRing CreateTx(in DeviceRingPlace place, PeerMemory memory, ulong features, QueueNotifier notifier) =>
        IsPacked(features)
            ? new DeviceTxRing<PackedDeviceLayout>(Packed(in place), place.Size, memory, features, notifier)
            : new DeviceTxRing<SplitDeviceLayout>(Split(in place, features), place.Size, memory, features, notifier);

    internal static bool IsPacked(ulong features) => (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;

    private static PackedDeviceLayout Packed(in DeviceRingPlace place) =>
        new(new PackedRing((void*)place.Descriptors, (void*)place.Driver, (void*)place.Device, place.Size), place.Base);

    private static SplitDeviceLayout Split(in DeviceRingPlace place, ulong features) =>
        new(new SplitRing((void*)place.Descriptors, (void*)place.Driver, (void*)place.Device, place.Size), features);
}
