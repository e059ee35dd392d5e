using System.Runtime.InteropServices;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>Gives a device model the memory of ours, every region at its own address: what an IOMMU would be told.</summary>
internal sealed class RemoteDomain(RemoteConnection connection) : DmaDomain("device model")
{
    private readonly List<DmaRegion> _regions = [];

    protected override void Map(DmaRegion region)
    {
        if (_regions.Count == RemoteMessage.MaxRegions)
        {
            throw new PollIOException("map memory", Name, $"a device model has room for {RemoteMessage.MaxRegions} regions");
        }

        _regions.Add(region);
        Synchronize();
    }

    protected override void Unmap(DmaRegion region)
    {
        _regions.Remove(region);
        Synchronize();
    }

    private void Synchronize()
    {
        // QEMU takes no empty table; the last region stays with a model that has just been told to leave memory alone.
        if (_regions.Count == 0)
        {
            return;
        }

        Span<ulong> table = stackalloc ulong[3 * RemoteMessage.MaxRegions];
        table.Clear();
        for (int i = 0; i < _regions.Count; i++)
        {
            table[i] = (ulong)_regions[i].Address;
            table[RemoteMessage.MaxRegions + i] = _regions[i].Length;
            table[(2 * RemoteMessage.MaxRegions) + i] = (ulong)_regions[i].FileOffset;
        }

        connection.Tell(RemoteMessage.SyncMemory, MemoryMarshal.AsBytes(table), [.. _regions.Select(region => region.FileDescriptor)]);
    }
}
