using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VirtioPci;

/// <summary>
/// Keeps up which of our memory a device can be pointed at. It is attached after the domain that maps regions for the device, and so
/// hears of each once it is mapped.
/// </summary>
/// <param name="name">The port, for messages.</param>
/// <param name="iova">The device's view of memory.</param>
/// <param name="pool">The port's own pool, every packet of which the device reaches.</param>
/// <param name="changed">Told of each new answer, with the memory's lock held.</param>
internal sealed class PciReachWatch(string name, IovaMap iova, PacketPool pool, Action<ReachTable> changed) : DmaDomain(name)
{
    private readonly List<DmaRegion> _regions = [];

    /// <inheritdoc/>
    protected override void Map(DmaRegion region)
    {
        _regions.Add(region);
        Tell();
    }

    /// <inheritdoc/>
    protected override void Unmap(DmaRegion region)
    {
        _regions.Remove(region);
        Tell();
    }

    // Of a pool that is not ours nobody says whether its packets cross pages: its region has to be one piece.
    private void Tell() => changed(new ReachTable(
        RangeOf(pool.Region),
        [.. _regions.Where(region => region != pool.Region && PciReach.IsMapped(iova, region.Address, region.Length)).Select(RangeOf)]));

    private static MemoryRange RangeOf(DmaRegion region) => new(region.Address, region.Length);
}
