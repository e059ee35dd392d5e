namespace PollIO.Pmd.Virtio.Driver;

/// <summary>What a receive ring is to do with frames.</summary>
/// <param name="Pool">Where its packets come from.</param>
/// <param name="Queue">The queue whose drops it counts.</param>
/// <param name="Features">What was negotiated.</param>
/// <param name="Scatter">Whether frames longer than a buffer are wanted, as chains.</param>
internal readonly record struct DriverRxOptions(PacketPool Pool, RxQueue Queue, ulong Features, bool Scatter);
