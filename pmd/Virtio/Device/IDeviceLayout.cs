namespace PollIO.Pmd.Virtio.Device;

/// <summary>
/// What the two ring layouts do differently on the device's side. Buffers are used in the order they were made available. All that
/// is read was written by the peer, and is read once.
/// </summary>
internal interface IDeviceLayout
{
    /// <summary>What the driver did wrong, after a call returned false.</summary>
    RingViolation Violation { get; }

    /// <summary>Buffers used so far, in the form GET_VRING_BASE wants; those taken and not returned are available again.</summary>
    uint Base { get; }

    /// <summary>Looks for available buffers; once a burst.</summary>
    /// <returns>How many may be taken, at most <paramref name="most"/>.</returns>
    int Refresh(int most);

    /// <summary>Asks to be notified of the next available buffer; whoever called looks once more before it waits.</summary>
    void Arm();

    /// <summary>Asks for no more notifications. One may still come.</summary>
    void Disarm();

    /// <summary>Takes the first descriptor of the next available buffer.</summary>
    bool TryTake(out TakenDescriptor descriptor);

    /// <summary>Takes the descriptor that follows in the same buffer.</summary>
    bool TryTakeNext(ref TakenDescriptor descriptor);

    /// <summary>Says that a buffer is used. The driver sees it after <see cref="Publish"/>.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="descriptors">Its descriptors in the ring.</param>
    /// <param name="length">Bytes written to it.</param>
    void Return(ushort id, ushort descriptors, uint length);

    /// <summary>Shows the driver what was returned.</summary>
    void Publish();

    /// <summary>Whether the driver wants to hear of what was published since this was last asked.</summary>
    bool IsCallDue();
}
