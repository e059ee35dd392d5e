namespace PollIO.Pmd.Virtio.Device;

/// <summary>
/// The peer's memory as it was when a ring was set up: a snapshot that does not change. A new table comes with new rings, made
/// while no lcore is inside the queue, so that no burst sees half of it.
/// </summary>
internal sealed class PeerMemory(IReadOnlyList<PeerRegion> regions)
{
    private readonly PeerRegion[] _regions = [.. regions];

    internal static PeerMemory Empty { get; } = new([]);

    /// <summary>Finds the region that holds a descriptor's first byte.</summary>
    internal bool TryFind(ulong guestAddress, out PeerRegion found)
    {
        foreach (PeerRegion region in _regions)
        {
            if (guestAddress - region.GuestStart < region.Length)
            {
                found = region;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>Finds the region that holds a byte of this process.</summary>
    internal bool TryFindHost(nint host, out PeerRegion found)
    {
        foreach (PeerRegion region in _regions)
        {
            if ((ulong)(host - region.Host) < region.Length)
            {
                found = region;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>Translates the address of a ring's part, which has to lie whole inside one region.</summary>
    internal bool TryTranslateUser(ulong userAddress, long length, out nint host)
    {
        foreach (PeerRegion region in _regions)
        {
            ulong offset = userAddress - region.UserStart;
            if (offset < region.Length && (ulong)length <= region.Length - offset)
            {
                host = region.Host + (nint)offset;
                return true;
            }
        }

        host = 0;
        return false;
    }
}
