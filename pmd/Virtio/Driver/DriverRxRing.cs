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

    /// <summary>Asks for an interrupt when a buffer is used; whoever called polls once more before it waits.</summary>
    /// <returns>Whether one can be: false when the pool was dry and the device has no buffer.</returns>
    internal abstract bool Arm();

    /// <summary>Asks for no more interrupts.</summary>
    internal abstract void Disarm();
}
