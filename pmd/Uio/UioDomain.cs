using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Uio;

/// <summary>
/// What a device without an IOMMU is told of <see cref="DmaMemory"/>: physical addresses, for regions on named hugepages. It protects
/// nothing; regions it leaves out are unreachable only because no driver learns an address of them.
/// </summary>
internal sealed class UioDomain : DmaDomain, IDisposable
{
    private readonly PhysicalPages _pages = new();

    internal UioDomain(string device)
        : base(device)
    {
    }

    /// <summary>The addresses for the device; good until this is disposed.</summary>
    internal IovaMap Iova => _pages.Map;

    /// <inheritdoc/>
    public void Dispose() => _pages.Dispose();

    /// <inheritdoc/>
    protected override void Map(DmaRegion region)
    {
        // Pages without a name would be someone else's the moment the process dies, with the device still writing.
        if (region.Allocator is HugepageAllocator allocator && allocator.IsNamed(region))
        {
            _ = _pages.Add(region);
        }
    }

    /// <inheritdoc/>
    protected override void Unmap(DmaRegion region) => _pages.Remove(region);
}
