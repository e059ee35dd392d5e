namespace PollIO.Pmd.Virtio.Device;

/// <summary>A buffer taken from the ring, checked against the peer's memory, and not returned yet.</summary>
internal unsafe struct StagedBuffer
{
    /// <summary>Its bytes, or null when they are in several pieces (<see cref="DeviceRing{TLayout}"/> keeps those).</summary>
    internal byte* Data;

    /// <summary>Bytes in all pieces.</summary>
    internal uint Length;

    internal ushort Id;

    /// <summary>Descriptors in the ring.</summary>
    internal ushort Count;
}
