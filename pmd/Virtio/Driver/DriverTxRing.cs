namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The driver's transmit virtqueue, whatever its layout.</summary>
internal abstract class DriverTxRing : DriverRing
{
    private protected DriverTxRing(in DriverRingMemory memory, QueueNotifier notifier)
        : base(in memory, notifier)
    {
    }

    /// <summary>Most segments of a packet: an indirect table less the header.</summary>
    internal const int MaxSegments = DriverRingMemory.TableLength - 1;

    /// <summary>Longest packet that needs no special care, in bytes.</summary>
    internal uint MaxPlainLength { get; set; } = ushort.MaxValue;

    /// <summary>Puts packets from the front that need no special care; stops at the first that does, or when the ring is full.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="reach">Memory the device reaches; a packet outside of it needs care.</param>
    /// <param name="bytes">Their bytes are added to it.</param>
    /// <returns>How many were put.</returns>
    internal abstract int PutPlain(ReadOnlySpan<Packet> packets, MemoryRange reach, ref long bytes);

    /// <summary>Whether there is room for any packet, after reclaiming what there is to reclaim.</summary>
    internal abstract bool HasRoomForChain();

    /// <summary>Puts one packet of up to <see cref="MaxSegments"/> segments the device reaches; there is room.</summary>
    internal abstract void PutChain(Packet packet);

    /// <summary>Frees what the device has sent.</summary>
    /// <returns>Whether nothing is left that it may yet send.</returns>
    internal abstract bool IsDrained();

    /// <summary>Frees what the device has sent, then everything else; the device reaches the ring no more.</summary>
    /// <returns>Packets it had not sent.</returns>
    internal abstract int ReleaseUnsent();

    /// <summary>Shows the device what was put, and notifies it when it wants that.</summary>
    internal abstract void Publish();
}
