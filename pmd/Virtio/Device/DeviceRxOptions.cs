namespace PollIO.Pmd.Virtio.Device;

/// <summary>What a ring that is received from is to do with frames.</summary>
/// <param name="Pool">Where packets come from.</param>
/// <param name="Queue">The queue whose drops it counts.</param>
/// <param name="Scatter">Whether frames longer than a data room are wanted, as chains.</param>
internal readonly record struct DeviceRxOptions(PacketPool Pool, RxQueue Queue, bool Scatter);
