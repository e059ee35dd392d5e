using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>Receives through a virtqueue as a driver; without a device nothing comes.</summary>
/// <param name="port">The port.</param>
/// <param name="index">The queue's number.</param>
/// <param name="interrupt">What the device signals when a buffer is used; it stays the caller's. Null where it does not.</param>
internal sealed class DriverRxQueue(Port port, int index, IWakeUp? interrupt = null) : RxQueue(port, index)
{
    /// <summary>The ring, or null while there is no device. Changed only while no lcore is inside.</summary>
    internal DriverRxRing? Ring { get; set; }

    /// <inheritdoc/>
    public override int InterruptDescriptor { get; } = interrupt?.Descriptor ?? -1;

    /// <inheritdoc/>
    public override void ArmInterrupt()
    {
        // The pool was dry: no buffer can be used and interrupt. Polling goes on until there are packets again.
        if (Ring?.Arm() == false)
        {
            interrupt?.Signal();
        }
    }

    /// <inheritdoc/>
    public override void DisarmInterrupt()
    {
        Ring?.Disarm();
        interrupt?.Take();
    }

    /// <summary>No packet will come any more.</summary>
    internal void End(PollIOException error) => Complete(new QueueCompletion(error));

    protected override Burst ReceiveBurst(Span<Packet> packets) => Ring is { } ring ? ring.Receive(packets) : Burst.None;
}
