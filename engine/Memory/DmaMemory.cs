namespace PollIO;

/// <summary>
/// The process's memory that devices and peers may reach: every <see cref="DmaRegion"/>, and every <see cref="DmaDomain"/>
/// that is told of them. A device reaches what is in here and nothing else.
/// </summary>
public sealed class DmaMemory
{
    private readonly Lock _lock = new();
    private readonly List<DmaDomain> _domains = [];
    private volatile DmaRegion[] _regions = [];

    /// <summary>Creates a memory of its own; applications use <see cref="Shared"/>.</summary>
    public DmaMemory(IDmaAllocator defaultAllocator) => DefaultAllocator = defaultAllocator;

    /// <summary>The process-wide memory.</summary>
    public static DmaMemory Shared { get; } = new(new MemfdAllocator());

    /// <summary>Serves requests that name no allocator. Set once at start-up, before the first pool.</summary>
    public IDmaAllocator DefaultAllocator { get; set; }

    /// <summary>A snapshot of the regions, in address order.</summary>
    public IReadOnlyList<DmaRegion> Regions => _regions;

    /// <summary>Allocates a region and makes it reachable for every attached domain.</summary>
    /// <param name="request">Length, node and locking wanted.</param>
    /// <param name="allocator">Where from, or null for <see cref="DefaultAllocator"/>.</param>
    /// <exception cref="PollIOException">The system or a domain refused; nothing is left behind.</exception>
    public DmaRegion Allocate(in DmaRequest request, IDmaAllocator? allocator = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(request.Length);
        allocator ??= DefaultAllocator;
        lock (_lock)
        {
            DmaRegion region = allocator.Allocate(in request);
            int mapped = 0;
            try
            {
                for (; mapped < _domains.Count; mapped++)
                {
                    _domains[mapped].Map(region);
                }
            }
            catch
            {
                UnmapFrom(mapped, region);
                allocator.Free(region);
                throw;
            }

            _regions = [.. _regions.Append(region).OrderBy(r => r.Address)];
            return region;
        }
    }

    /// <summary>Takes <paramref name="region"/> from every domain, then unmaps it.</summary>
    /// <exception cref="ArgumentException">The region is not in this memory (freed twice, or another memory's).</exception>
    public void Free(DmaRegion region)
    {
        lock (_lock)
        {
            if (!_regions.Contains(region))
            {
                throw new ArgumentException($"region {region} is not in this DmaMemory", nameof(region));
            }

            UnmapFrom(_domains.Count, region);
            _regions = [.. _regions.Where(r => r != region)];
            region.Allocator.Free(region);
        }
    }

    /// <summary>Makes every region reachable for <paramref name="domain"/>, now and as they come.</summary>
    /// <exception cref="PollIOException">The domain refused a region; it is then not attached.</exception>
    public void Attach(DmaDomain domain)
    {
        lock (_lock)
        {
            if (_domains.Contains(domain))
            {
                throw new ArgumentException($"domain {domain.Name} is attached already", nameof(domain));
            }

            DmaRegion[] regions = _regions;
            int mapped = 0;
            try
            {
                for (; mapped < regions.Length; mapped++)
                {
                    domain.Map(regions[mapped]);
                }
            }
            catch
            {
                while (--mapped >= 0)
                {
                    domain.Unmap(regions[mapped]);
                }

                throw;
            }

            _domains.Add(domain);
        }
    }

    /// <summary>Takes every region from <paramref name="domain"/>; one that is not attached is left alone.</summary>
    public void Detach(DmaDomain domain)
    {
        lock (_lock)
        {
            if (!_domains.Remove(domain))
            {
                return;
            }

            foreach (DmaRegion region in _regions)
            {
                domain.Unmap(region);
            }
        }
    }

    /// <summary>Whether <paramref name="domain"/> is attached, and so reaches every region.</summary>
    public bool IsAttached(DmaDomain domain)
    {
        lock (_lock)
        {
            return _domains.Contains(domain);
        }
    }

    /// <summary>The region that holds <paramref name="address"/>, or null.</summary>
    public DmaRegion? Find(nint address) => Array.Find(_regions, region => region.Contains(address, 1));

    private void UnmapFrom(int domainCount, DmaRegion region)
    {
        for (int i = domainCount - 1; i >= 0; i--)
        {
            _domains[i].Unmap(region);
        }
    }
}
