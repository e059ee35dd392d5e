namespace PollIO.Pmd.Virtio.Driver;

/// <summary>Receives through a virtqueue as a driver; without a device nothing comes.</summary>
internal sealed class DriverRxQueue(Port port, int index) : RxQueue(port, index)
{
    /// <summary>The ring, or null while there is no device. Changed only while no lcore is inside.</summary>
    internal DriverRxRing? Ring { get; set; }

    protected override Burst ReceiveBurst(Span<Packet> packets) => Ring is { } ring ? ring.Receive(packets) : Burst.None;
}
