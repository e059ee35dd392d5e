using System.Runtime.InteropServices;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Pci;

/// <summary>
/// What <see cref="IovaMap"/> looks up for a device without an IOMMU: the physical address of each 2 MiB of DMA memory. Regions that
/// are not on locked hugepages stay unreachable: the kernel may move their pages, and a device would write where they were.
/// </summary>
internal sealed unsafe class PhysicalPages : IDisposable
{
    private const nuint PageBytes = (nuint)1 << IovaMap.PageShift;
    private const uint Entries = (uint)(DmaAddressSpace.End >> IovaMap.PageShift);

    private ulong* _pages;

    internal PhysicalPages()
    {
        _pages = (ulong*)NativeMemory.AlignedAlloc(Entries * sizeof(ulong), (nuint)Environment.SystemPageSize);

        // SAFETY: the allocation has this many bytes. All ones in an entry is IovaMap.Unreachable.
        NativeMemory.Fill(_pages, Entries * sizeof(ulong), 0xff);
    }

    /// <summary>The map for a device; good until this is disposed.</summary>
    internal IovaMap Map => new(_pages);

    /// <summary>Makes a region reachable when it is on locked hugepages.</summary>
    /// <returns>Whether it is.</returns>
    /// <exception cref="PollIOException">The kernel hides physical addresses from this user.</exception>
    internal bool Add(DmaRegion region)
    {
        if (!region.IsLocked || region.PageSize < PageBytes || (ulong)region.Address + region.Length > (ulong)DmaAddressSpace.End)
        {
            return false;
        }

        ulong[] physical = new ulong[region.Length / PageBytes];
        PhysicalAddress.Of(region.Address, PageBytes, physical);

        // SAFETY: the region ends below DmaAddressSpace.End, the last entry's end.
        physical.CopyTo(new Span<ulong>(_pages + ((nuint)region.Address >> IovaMap.PageShift), physical.Length));
        return true;
    }

    /// <summary>Takes a region out of the table, whether it is in or not.</summary>
    internal void Remove(DmaRegion region)
    {
        nuint first = (nuint)region.Address >> IovaMap.PageShift;
        if (region.PageSize >= PageBytes && first < Entries)
        {
            nuint count = nuint.Min(region.Length / PageBytes, (nuint)Entries - first);

            // SAFETY: first + count is at most the number of entries.
            new Span<ulong>(_pages + first, (int)count).Fill(IovaMap.Unreachable);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_pages);
        _pages = null;
    }
}
