using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Vfio;

namespace PollIO.Pmd.Tests.Pci;

[Trait("tier", "unit")]
[Collection(HugepagesCollection.Name)]
public sealed class PhysicalAddressesAreLookedUp
{
    private const nint Page = 2 << 20;

    [Fact]
    public void EmptyTableReachesNothing()
    {
        using var pages = new PhysicalPages();

        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(0));
        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(unchecked((nint)DmaAddressSpace.Start)));
        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(unchecked((nint)(DmaAddressSpace.End - 1))));
    }

    [Fact]
    public void PagesThatMayMoveStayUnreachable()
    {
        using var pages = new PhysicalPages();
        nint address = unchecked((nint)DmaAddressSpace.Start);

        Assert.False(pages.Add(OpeningErrorsNameTheRemedy.Region(address, 4096, pageSize: 4096)));
        Assert.False(pages.Add(OpeningErrorsNameTheRemedy.Region(address, (nuint)Page, isLocked: false)));
        Assert.False(pages.Add(OpeningErrorsNameTheRemedy.Region(unchecked((nint)DmaAddressSpace.End), (nuint)Page)));

        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(address));
    }

    [Fact]
    public void HugepagesAreReachedUntilTheyGo()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        using HugepageReservation reservation = HugepageReservation.Of(2);
        var memory = new DmaMemory(new HugepageAllocator());
        DmaRegion region = memory.Allocate(new DmaRequest((nuint)(2 * Page)));
        using var pages = new PhysicalPages();
        ulong second;
        try
        {
            second = PhysicalAddress.Of(region.Address + Page);
        }
        catch (PollIOException e)
        {
            memory.Free(region);
            Assert.Skip(e.Message);
            throw;
        }

        Assert.True(pages.Add(region));

        Assert.Equal(second + 12345, pages.Map.Translate(region.Address + Page + 12345));
        Assert.Equal(PhysicalAddress.Of(region.Address) + (ulong)Page - 1, pages.Map.Translate(region.Address + Page - 1));
        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(region.Address + (2 * Page)));
        pages.Remove(region);
        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(region.Address));
        Assert.Equal(IovaMap.Unreachable, pages.Map.Translate(region.Address + Page));
        memory.Free(region);
    }
}
