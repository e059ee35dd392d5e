using System.Runtime.InteropServices;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Collection(LabDevicesCollection.Name)]
public sealed class MemoryTheIommuRefuses
{
    private const int Mebibyte = 1 << 20;
    private const string EntryLimit = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";

    public MemoryTheIommuRefuses() => LabGuest.Require();

    [Fact]
    public void RegionBeyondItsAddressBitsIsNamedWithItsRanges()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);
        var allocator = new OrdinaryAddresses();
        long locked = LabGuest.LockedKib;
        int regions = DmaMemory.Shared.Regions.Count;

        PollIOException error = Assert.Throws<PollIOException>(() => DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte), allocator));

        Assert.Contains("lies outside what the IOMMU translates: 0x0-0xfedfffff, 0xfef00000-0x7fffffffff", error.Reason, StringComparison.Ordinal);
        Assert.Equal(0, allocator.Outstanding);
        Assert.Equal(regions, DmaMemory.Shared.Regions.Count);
        Assert.Equal(locked, LabGuest.LockedKib);
    }

    [Fact]
    public void DeviceIsNotOpenedWhenMemoryThatIsThereCannotBeMapped()
    {
        var allocator = new OrdinaryAddresses();
        DmaRegion region = DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte), allocator);

        PollIOException error = Assert.Throws<PollIOException>(() => LabGuest.Open(LabGuest.First));

        Assert.Contains("lies outside what the IOMMU translates", error.Reason, StringComparison.Ordinal);
        Assert.Equal(0, LabGuest.CountDescriptors("/dev/vfio/"));
        DmaMemory.Shared.Free(region);
        LabGuest.Open(LabGuest.First).Dispose();
    }

    [Fact]
    public void MoreRegionsThanTheDriverAllowsAreRefusedWithItsLimit()
    {
        string former = File.ReadAllText(EntryLimit);
        int there = DmaMemory.Shared.Regions.Count;
        File.WriteAllText(EntryLimit, $"{there + 1}");
        try
        {
            using VfioPciDevice device = LabGuest.Open(LabGuest.First);
            DmaRegion last = DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte));

            PollIOException error = Assert.Throws<PollIOException>(() => DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte)));

            Assert.Contains($"allows {there + 1} regions, and as many are mapped", error.Reason, StringComparison.Ordinal);
            Assert.Contains("dma_entry_limit", error.Remedy, StringComparison.Ordinal);
            DmaMemory.Shared.Free(last);
            DmaMemory.Shared.Free(DmaMemory.Shared.Allocate(new DmaRequest(Mebibyte)));
        }
        finally
        {
            File.WriteAllText(EntryLimit, former);
        }
    }

    /// <summary>Memory where the process happens to get it: far above what a 39-bit IOMMU translates.</summary>
    private sealed unsafe class OrdinaryAddresses : IDmaAllocator
    {
        public string Name => "ordinary addresses";

        internal int Outstanding { get; private set; }

        public DmaRegion Allocate(in DmaRequest request)
        {
            Outstanding++;
            return new DmaRegion(this, in request)
            {
                Address = (nint)NativeMemory.AlignedAlloc(request.Length, 4096),
                Length = request.Length,
                FileDescriptor = -1,
                FileOffset = 0,
                PageSize = 4096,
            };
        }

        public void Free(DmaRegion region)
        {
            Outstanding--;
            NativeMemory.AlignedFree((void*)region.Address);
        }
    }
}
