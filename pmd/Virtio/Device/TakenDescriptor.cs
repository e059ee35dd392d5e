namespace PollIO.Pmd.Virtio.Device;

/// <summary>Our copy of a descriptor the peer wrote.</summary>
internal struct TakenDescriptor
{
    internal ulong Address;
    internal uint Length;

    /// <summary>VIRTQ_DESC_F_NEXT, _WRITE and _INDIRECT.</summary>
    internal ushort Flags;

    /// <summary>The buffer's id; in a packed ring that of its last descriptor.</summary>
    internal ushort Id;

    /// <summary>Descriptors of the buffer so far.</summary>
    internal ushort Count;

    /// <summary>Where the next one is: a split ring's next field.</summary>
    internal ushort Next;
}
