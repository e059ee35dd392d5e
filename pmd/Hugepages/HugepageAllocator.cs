namespace PollIO.Pmd.Hugepages;

/// <summary>
/// Hugepages of one size, from one file a NUMA node: what devices want, since one page needs one IOMMU entry, and what
/// peers share with the fewest table entries. Needs the shim and reserved pages (hugepages.sh).
/// </summary>
/// <remarks>
/// Hugepages are never swapped out, so every region counts as locked without the limit on locked memory being touched.
/// Pages go back to the system when the region is freed or the process ends, however it ends. Only while a <c>uio:</c> port is open
/// do regions come from named files in a hugetlbfs instead of sealed memfds: no IOMMU keeps its device from pages that have become
/// someone else's, so after a crash they stay taken until the next <c>uio:</c> port is opened.
/// </remarks>
public sealed class HugepageAllocator : IDmaAllocator
{
    /// <summary>Bytes in a 2 MiB page.</summary>
    public const long TwoMegabytes = 2L << 20;

    /// <summary>Bytes in a 1 GiB page.</summary>
    public const long OneGigabyte = 1L << 30;

    private readonly Lock _lock = new();
    private readonly Dictionary<(int NumaNode, bool IsNamed), HugepageArena> _arenas = [];

    /// <summary>Creates an allocator; pages are taken as regions are asked for.</summary>
    /// <param name="pageSize"><see cref="TwoMegabytes"/>, <see cref="OneGigabyte"/>, or another size the kernel supports.</param>
    /// <exception cref="PollIOException">The shim is missing (the remedy names the packages) or this is not x86-64.</exception>
    public HugepageAllocator(long pageSize = TwoMegabytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageSize);
        PageSize = pageSize;
        Name = pageSize >= OneGigabyte ? $"{pageSize >> 30} GiB hugepages" : $"{pageSize >> 20} MiB hugepages";
        NativeShim.Require("allocate hugepages", Name);
    }

    /// <summary>Bytes in a page.</summary>
    public long PageSize { get; }

    /// <summary>
    /// Makes hugepages what pools and rings are made of from here on, when one of these ports has a device that reads and writes
    /// memory itself; to be called between opening the ports and making their pools.
    /// </summary>
    /// <exception cref="PollIOException">The shim is missing; the remedy names the packages.</exception>
    public static void UseFor(IEnumerable<Port> ports)
    {
        ArgumentNullException.ThrowIfNull(ports);
        if (DmaMemory.Shared.DefaultAllocator is not HugepageAllocator && ports.Any(port => port.Capabilities.Dma))
        {
            DmaMemory.Shared.DefaultAllocator = new HugepageAllocator();
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>The region's node is that of its pages, also when any node was asked for; -1 when they are spread.</remarks>
    public DmaRegion Allocate(in DmaRequest request)
    {
        ulong page = (ulong)PageSize;
        if (request.Length > long.MaxValue - page)
        {
            throw new PollIOException("allocate hugepages", Name, $"0x{request.Length:x} bytes are more than any machine has", Errno.ENOMEM);
        }

        long length = (long)((request.Length + page - 1) / page * page);
        HugepageArena arena = ArenaOf(request.NumaNode);
        long offset = arena.Map(length);
        return new DmaRegion(this, in request)
        {
            Address = arena.AddressOf(offset),
            Length = (nuint)length,
            FileDescriptor = (int)arena.File.DangerousGetHandle(),
            FileOffset = offset,
            PageSize = (nuint)PageSize,
            NumaNode = arena.NodeOf(offset, length),
            IsLocked = true,
        };
    }

    /// <inheritdoc/>
    public void Free(DmaRegion region) =>
        ArenaOf(region).Arena.Unmap(region.FileOffset, (long)region.Length);

    /// <summary>Whether a region's pages stay taken when the process ends without freeing it.</summary>
    internal bool IsNamed(DmaRegion region) => ArenaOf(region).IsNamed;

    private HugepageArena ArenaOf(int numaNode)
    {
        lock (_lock)
        {
            (int NumaNode, bool IsNamed) key = (Math.Max(numaNode, -1), NamedHugepages.Shared.AreNeeded);
            if (!_arenas.TryGetValue(key, out HugepageArena? arena))
            {
                string device = key.NumaNode < 0 ? Name : $"{Name} of node {key.NumaNode}";
                arena = new HugepageArena(
                    PageSize,
                    key.NumaNode,
                    device,
                    () => key.IsNamed ? NamedHugepages.Shared.CreateFile(PageSize, device) : HugepageFile.CreateMemfd(PageSize, device));
                _arenas.Add(key, arena);
            }

            return arena;
        }
    }

    private (HugepageArena Arena, bool IsNamed) ArenaOf(DmaRegion region)
    {
        lock (_lock)
        {
            KeyValuePair<(int NumaNode, bool IsNamed), HugepageArena> found = _arenas.First(pair => (int)pair.Value.File.DangerousGetHandle() == region.FileDescriptor);
            return (found.Value, found.Key.IsNamed);
        }
    }
}
