using PollIO.Pmd.Pci;

namespace PollIO.Pmd.E1000;

/// <summary>Both descriptor rings, in one piece of the device's memory.</summary>
internal sealed unsafe class E1000Rings : IDisposable
{
    private readonly DmaMemory _memory;
    private readonly DmaRegion _region;
    private readonly nuint _rxLength;

    /// <summary>Allocates rings of so many descriptors; regions begin at a page, so both are aligned to the 128 bytes the chips want.</summary>
    /// <exception cref="PollIOException">There is no memory, or the device does not reach it as one piece.</exception>
    internal E1000Rings(string name, PciDevice device, int rxSize, int txSize)
    {
        _memory = device.Memory;
        _rxLength = (nuint)(rxSize * E1000Descriptor.Size);
        nuint length = _rxLength + (nuint)(txSize * E1000Descriptor.Size);
        _region = _memory.Allocate(new DmaRequest(length, device.NumaNode));
        if (!PciReach.IsMapped(device.Iova, _region.Address, length))
        {
            _memory.Free(_region);
            throw new PollIOException(
                "configure", name, $"{length >> 10} KiB for its rings do not lie in one piece for the device", remedy: "./hugepages.sh --setup 512M, and take pools and rings from hugepages");
        }

        RxIova = device.Iova.Translate(_region.Address);
        TxIova = RxIova + _rxLength;
    }

    internal E1000Descriptor* Rx => (E1000Descriptor*)_region.Address;

    internal E1000Descriptor* Tx => (E1000Descriptor*)(_region.Address + (nint)_rxLength);

    internal ulong RxIova { get; }

    internal ulong TxIova { get; }

    /// <summary>Gives the memory back; the device is quiet.</summary>
    public void Dispose() => _memory.Free(_region);
}
