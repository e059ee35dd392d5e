namespace PollIO.Pmd.Virtio.Driver;

/// <summary>
/// What the two ring layouts do differently on the driver's side. A position counts descriptors from the ring's first one on and
/// never wraps; its low bits are the slot, and the slot of a buffer's first descriptor is the buffer's id.
/// </summary>
/// <remarks>Implemented by structs, so that the rings are specialised for each and nothing is called through an interface.</remarks>
internal interface IDriverLayout
{
    /// <summary>The length of a buffer whose used entry a device may leave out (§2.7.9, §2.8.8): it was filled whole.</summary>
    internal const uint FullLength = uint.MaxValue;

    /// <summary>What the device did wrong, after <see cref="TryTake"/> or <see cref="Refresh"/> returned false.</summary>
    RingViolation Violation { get; }

    /// <summary>Describes a buffer of one descriptor. The device sees it after <see cref="Publish"/>.</summary>
    void Put(uint position, ulong address, uint length, ushort flags);

    /// <summary>Describes a buffer of several descriptors, one a position. The device sees it after <see cref="Publish"/>.</summary>
    void PutChain(uint position, ReadOnlySpan<RingDescriptor> parts);

    /// <summary>Shows the device everything up to <paramref name="position"/>.</summary>
    void Publish(uint position);

    /// <summary>Whether the device wants to hear of what was published since this was last asked.</summary>
    bool IsKickDue();

    /// <summary>Looks for buffers the device has used; once a burst.</summary>
    /// <returns>Whether there may be any.</returns>
    bool Refresh();

    /// <summary>Asks for an interrupt when the next buffer is used; whoever called looks once more before it waits.</summary>
    void Arm();

    /// <summary>Asks for no more interrupts. One may still come.</summary>
    void Disarm();

    /// <summary>Takes the next buffer the device has used. The id is below the ring's size; whether it is in flight is for the caller to know.</summary>
    bool TryTake(out uint id, out uint length);
}
