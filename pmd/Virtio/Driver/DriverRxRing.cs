namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's receive virtqueue, whatever its layout.</summary>
internal abstract class DriverRxRing : DriverRing
{
    private protected DriverRxRing(in DriverRingMemory memory, QueueNotifier notifier)
        : base(in memory, notifier)
    {
    }

    /// <summary>Takes packets the device has filled and gives it new ones.</summary>
    internal abstract Burst Receive(Span<Packet> packets);

    /// <summary>Fills the ring with empty packets.</summary>
    internal abstract void Refill();
}
