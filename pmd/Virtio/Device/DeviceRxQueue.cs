namespace PollIO.Pmd.Virtio.Device;

/// <summary>Receives what a driver transmits; without one nothing comes.</summary>
internal sealed class DeviceRxQueue(Port port, int index) : RxQueue(port, index)
{
    /// <summary>The ring, or null while the driver has none. Changed only while no lcore is inside.</summary>
    internal DeviceRing? Ring { get; set; }

    protected override Burst ReceiveBurst(Span<Packet> packets) => Ring is { } ring ? ring.Receive(packets) : Burst.None;
}
