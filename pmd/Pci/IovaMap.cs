using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Pci;

/// <summary>
/// The address a device uses (IOVA) for an address of ours: the same one behind an IOMMU we program, a physical one without. A
/// queue keeps its own copy.
/// </summary>
internal readonly unsafe struct IovaMap
{
    /// <summary>Bits of the pages a table has an entry for: 2 MiB, the smallest hugepage.</summary>
    internal const int PageShift = 21;

    /// <summary>IOVA that stands for "the device does not reach it".</summary>
    internal const ulong Unreachable = ulong.MaxValue;

    // One entry a page of [0, DmaAddressSpace.End), ulong.MaxValue where there is none; null for the identity.
    private readonly ulong* _pages;

    /// <summary>Creates a map from a table of page addresses; the caller keeps it alive and up to date.</summary>
    /// <param name="pages">2^18 entries, one for each 2 MiB below 2^39, <see cref="Unreachable"/> where nothing is.</param>
    internal IovaMap(ulong* pages) => _pages = pages;

    /// <summary>The map of an IOMMU that is given each region at its own address.</summary>
    internal static IovaMap Identity => default;

    /// <summary>Whether the device uses our addresses as they are; else it sees every 2 MiB page apart.</summary>
    internal bool IsIdentity => _pages == null;

    /// <summary>Translates an address inside the device's <see cref="PciDevice.Memory"/>; of others it says nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Translate(nint address)
    {
        if (_pages == null)
        {
            return (ulong)address;
        }

        // SAFETY: addresses of DMA memory lie below 2^39, so the page number is below the table's 2^18 entries.
        ulong page = _pages[(nuint)address >> PageShift];
        return page == Unreachable ? Unreachable : page + ((ulong)address & ((1UL << PageShift) - 1));
    }
}
