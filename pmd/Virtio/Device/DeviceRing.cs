namespace PollIO.Pmd.Virtio.Device;

/// <summary>A virtqueue seen from the device's side, whatever its layout and direction.</summary>
internal abstract class DeviceRing
{
    /// <summary>What the driver did wrong; from then on the ring moves nothing.</summary>
    internal RingViolation Violation { get; private protected set; }

    /// <summary>Buffers used so far, in the form GET_VRING_BASE wants.</summary>
    internal abstract uint Base { get; }

    /// <summary>Asks to be notified when the driver makes a buffer available; whoever called polls once more before it waits.</summary>
    /// <returns>False when buffers taken before still wait for a packet to be free.</returns>
    internal abstract bool Arm();

    /// <summary>Asks for no more notifications.</summary>
    internal abstract void Disarm();

    /// <summary>On a ring the driver transmits into: copies the frames it has sent into packets.</summary>
    internal virtual Burst Receive(Span<Packet> packets) => Burst.None;

    /// <summary>On a ring the driver receives from: copies packets, from the front, into the buffers it has given. The packets stay the caller's.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="stop">Why it did not copy them all.</param>
    /// <returns>How many were copied.</returns>
    internal virtual int Transmit(ReadOnlySpan<Packet> packets, out TransmitStop stop)
    {
        stop = TransmitStop.Full;
        return 0;
    }
}
