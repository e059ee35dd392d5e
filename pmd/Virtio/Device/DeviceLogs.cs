namespace PollIO.Pmd.Virtio.Device;

/// <summary>Where a ring's writes are logged while the guest is migrated.</summary>
/// <param name="Buffers">For what is written into buffers; null when that is not wanted.</param>
/// <param name="Ring">For what is written into the ring; null when that is not wanted.</param>
internal readonly record struct DeviceLogs(BufferLog? Buffers, RingLog? Ring);
