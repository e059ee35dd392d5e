using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Virtio.Device;

/// <summary>Receives what a driver transmits; without one nothing comes.</summary>
/// <param name="port">The port.</param>
/// <param name="index">The queue's number.</param>
/// <param name="kicks">Where drivers' notifications arrive; disposed with the queue.</param>
internal sealed class DeviceRxQueue(Port port, int index, EventWatch kicks) : RxQueue(port, index), IDisposable
{
    /// <summary>The ring, or null while the driver has none.</summary>
    internal DeviceRing? Ring { get; private set; }

    /// <inheritdoc/>
    public override int InterruptDescriptor { get; } = kicks.Descriptor;

    /// <inheritdoc/>
    public override void ArmInterrupt()
    {
        // Polling goes on for a driver that does not notify, and for a frame that no packet was free for.
        if (Ring is { } ring && (!ring.Arm() || !kicks.IsWatching))
        {
            kicks.Signal();
        }
    }

    /// <inheritdoc/>
    public override void DisarmInterrupt()
    {
        Ring?.Disarm();
        kicks.Take();
    }

    /// <inheritdoc/>
    public void Dispose() => kicks.Dispose();

    /// <summary>Gives the queue a ring, or takes it away. No lcore is inside.</summary>
    /// <param name="ring">The ring, or null.</param>
    /// <param name="kick">The eventfd through which its driver notifies; -1 when it does not. It is not closed before the ring is taken away.</param>
    internal void Attach(DeviceRing? ring, int kick)
    {
        Ring = ring;
        kicks.Unwatch();
        if (ring is not null)
        {
            kicks.Watch(kick);

            // An lcore that went to sleep without this ring has not armed it and would sleep on.
            kicks.Signal();
        }
    }

    protected override Burst ReceiveBurst(Span<Packet> packets) => Ring is { } ring ? ring.Receive(packets) : Burst.None;
}
