namespace PollIO.Pmd.Virtio.Device;

/// <summary>Makes the device's rings in the layout that was negotiated.</summary>
internal static unsafe class DeviceRings
{
    /// <summary>A ring the driver transmits into.</summary>
    internal static DeviceRing CreateRx(
        in DeviceRingPlace place, PeerMemory memory, ulong features, in DeviceRxOptions options, QueueNotifier notifier, DeviceLogs logs = default) =>
        IsPacked(features)
            ? new DeviceRxRing<PackedDeviceLayout>(Packed(in place, logs), place.Size, memory, features, in options, notifier)
            : new DeviceRxRing<SplitDeviceLayout>(Split(in place, features, logs), place.Size, memory, features, in options, notifier);

    /// <summary>A ring the driver receives from.</summary>
    internal static DeviceRing CreateTx(in DeviceRingPlace place, PeerMemory memory, ulong features, QueueNotifier notifier, DeviceLogs logs = default) =>
        IsPacked(features)
            ? new DeviceTxRing<PackedDeviceLayout>(Packed(in place, logs), place.Size, memory, features, notifier, logs.Buffers)
            : new DeviceTxRing<SplitDeviceLayout>(Split(in place, features, logs), place.Size, memory, features, notifier, logs.Buffers);

    internal static bool IsPacked(ulong features) => (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;

    private static PackedDeviceLayout Packed(in DeviceRingPlace place, DeviceLogs logs) =>
        new(new PackedRing((void*)place.Descriptors, (void*)place.Driver, (void*)place.Device, place.Size), place.Base, logs.Ring);

    private static SplitDeviceLayout Split(in DeviceRingPlace place, ulong features, DeviceLogs logs) =>
        new(new SplitRing((void*)place.Descriptors, (void*)place.Driver, (void*)place.Device, place.Size), features, logs.Ring);
}
