using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.VirtioPci;

/// <summary>The memory of a port's rings; each is one piece for the device, also where it sees every 2 MiB apart.</summary>
internal sealed class RingArea : IDisposable
{
    private const long Page = 1L << IovaMap.PageShift;
    private const long Alignment = 64;

    private readonly DmaMemory _memory;
    private readonly DmaRegion _region;

    /// <exception cref="PollIOException">There is no memory, or the device does not reach it.</exception>
    internal RingArea(string name, PciDevice device, IReadOnlyList<int> sizes)
    {
        _memory = device.Memory;
        var offsets = new long[sizes.Count];
        long end = 0;
        for (int i = 0; i < sizes.Count; i++)
        {
            long length = (DriverRingMemory.Length((uint)sizes[i]) + Alignment - 1) & -Alignment;
            offsets[i] = end % Page + length > Page ? (end + Page - 1) & -Page : end;
            end = offsets[i] + length;
        }

        _region = _memory.Allocate(new DmaRequest((nuint)end, device.NumaNode));
        if (!PciReach.IsMapped(device.Iova, _region.Address, (nuint)end, pagesMayLieApart: true))
        {
            _memory.Free(_region);
            throw new PollIOException(
                "configure", name, $"the device does not reach {end >> 10} KiB for its rings", remedy: "./hugepages.sh --setup 512M, and take pools and rings from hugepages");
        }

        Rings = [.. sizes.Select((size, i) => new DriverRingMemory((nint)(_region.Address + offsets[i]), (uint)size, device.Iova))];
    }

    /// <summary>The rings, in the order asked for.</summary>
    internal IReadOnlyList<DriverRingMemory> Rings { get; }

    /// <summary>Gives the memory back; the device is quiet.</summary>
    public void Dispose() => _memory.Free(_region);
}
