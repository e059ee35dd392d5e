namespace PollIO.Pmd.Virtio.Driver;

/// <summary>The memory a device reaches, as of its last answer: what a transmit queue may name to it. Does not change.</summary>
internal sealed class ReachTable(MemoryRange main, IReadOnlyList<MemoryRange> others)
{
    private readonly MemoryRange[] _others = [.. others];

    /// <summary>Nothing is reached.</summary>
    internal static ReachTable None { get; } = new(default, []);

    /// <summary>The range the port's own pool lies in: what most packets need.</summary>
    internal MemoryRange Main { get; } = main;

    /// <summary>Whether every segment of a packet is reached.</summary>
    internal bool Reaches(Packet packet)
    {
        for (Packet segment = packet; !segment.IsNull; segment = segment.NextSegment)
        {
            if (!Contains(segment.DataAddress))
            {
                return false;
            }
        }

        return true;
    }

    private bool Contains(nint address)
    {
        if (Main.Contains(address))
        {
            return true;
        }

        foreach (MemoryRange range in _others)
        {
            if (range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
