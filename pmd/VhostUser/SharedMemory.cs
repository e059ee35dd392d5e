using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VhostUser;

/// <summary>
/// Our memory as a vhost-user peer is told of it: one entry a file, at most eight. A peer learns of a region that comes while it is
/// connected by a new table; until it has answered, packets from there are copied.
/// </summary>
/// <remarks>A region that goes is not taken from the peer at once: it maps the file as long as it likes, and reaches in it what is shared anyway.</remarks>
internal sealed class SharedMemory(string name, Action changed) : DmaDomain(name)
{
    private readonly Lock _lock = new();
    private readonly List<DmaRegion> _regions = [];

    /// <summary>The table, with the files of <paramref name="first"/> before the others. What exceeds eight is left out.</summary>
    internal IReadOnlyList<SharedFile> CreateTable(params ReadOnlySpan<DmaRegion> first)
    {
        var files = new List<SharedFile>();
        foreach (DmaRegion region in first)
        {
            Add(files, region);
        }

        lock (_lock)
        {
            foreach (DmaRegion region in _regions)
            {
                Add(files, region);
            }
        }

        return [.. files.Take(VhostUserSpec.MaxDescriptors)];
    }

    /// <summary>What a peer that has taken <paramref name="table"/> reaches.</summary>
    internal static ReachTable CreateReach(IReadOnlyList<SharedFile> table, DmaRegion main)
    {
        SharedFile home = table.First(file => file.Range.Contains(main.Address));
        return new ReachTable(home.Range, [.. table.Where(file => file != home).Select(file => file.Range)]);
    }

    /// <inheritdoc/>
    protected override void Map(DmaRegion region)
    {
        lock (_lock)
        {
            _regions.Add(region);
        }

        changed();
    }

    /// <inheritdoc/>
    protected override void Unmap(DmaRegion region)
    {
        lock (_lock)
        {
            _regions.Remove(region);
        }
    }

    private static void Add(List<SharedFile> files, DmaRegion region)
    {
        SharedFile added = SharedFile.Of(region);
        int at = files.FindIndex(file => file.Fits(in added));
        if (at < 0)
        {
            files.Add(added);
        }
        else
        {
            files[at] = files[at].Join(in added);
        }
    }
}
