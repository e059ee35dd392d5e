using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;

namespace PollIO.Pmd.Tests.Uio;

/// <summary>Files stand in for the function; the hugetlbfs, its pages and the process that dies are real.</summary>
[Trait("tier", "peer")]
[Collection(HugepagesCollection.Name)]
public sealed class NamedHugepagesStayAfterACrash : IDisposable
{
    private readonly FakePciTree _tree = new();

    public NamedHugepagesStayAfterACrash()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _tree.Add(FakePciTree.Nic, PciBinding.UioDriver, null);
        FakeUioNode.Add(_tree);
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task TheNextStartGivesThemBack()
    {
        using HugetlbfsAtAFolder mount = HugetlbfsAtAFolder.Mount(_tree.PathOf("dev/hugepages"));
        using HugepageReservation hugepages = HugepageReservation.Of(UioChild.Pages);
        long free = HugepageReservation.Pool.Free;
        using (TestChild child = TestChild.Start(TestChild.HoldNamedHugepages, _tree.Root))
        {
            Assert.Equal("holding", await child.ReadLineAsync());
            await child.KillAsync();
        }

        string folder = Assert.Single(Directory.GetDirectories(mount.Path));
        Assert.Equal([$"device-{FakePciTree.Nic}", "pages-0"], Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal));
        Assert.Equal(free - UioChild.Pages, HugepageReservation.Pool.Free);

        UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic).Dispose();

        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
        Assert.Equal(free, HugepageReservation.Pool.Free);
    }

    [Fact]
    public async Task AnOrderlyEndLeavesNothing()
    {
        using HugetlbfsAtAFolder mount = HugetlbfsAtAFolder.Mount(_tree.PathOf("dev/hugepages"));
        using HugepageReservation hugepages = HugepageReservation.Of(UioChild.Pages);
        long free = HugepageReservation.Pool.Free;
        using TestChild child = TestChild.Start(TestChild.LeaveNamedHugepages, _tree.Root);

        Assert.Equal($"device-{FakePciTree.Nic} pages-0", await child.ReadLineAsync());
        Assert.Equal(0, await child.WaitForExitAsync());

        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
        Assert.Equal(free, HugepageReservation.Pool.Free);
    }

    [Fact]
    public async Task AnEndThatLeavesTheDeviceOpenIsLikeACrash()
    {
        using HugetlbfsAtAFolder mount = HugetlbfsAtAFolder.Mount(_tree.PathOf("dev/hugepages"));
        using HugepageReservation hugepages = HugepageReservation.Of(UioChild.Pages);
        using TestChild child = TestChild.Start(TestChild.AbandonNamedHugepages, _tree.Root);

        Assert.Equal(0, await child.WaitForExitAsync());

        Assert.Equal(2, Directory.GetFiles(Assert.Single(Directory.GetDirectories(mount.Path))).Length);
        UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
    }

    [Fact]
    public void OnlyTheyHaveAnAddressForTheDevice()
    {
        using HugetlbfsAtAFolder mount = HugetlbfsAtAFolder.Mount(_tree.PathOf("dev/hugepages"));
        using HugepageReservation hugepages = HugepageReservation.Of(UioChild.Pages);
        var allocator = new HugepageAllocator();
        DmaRegion older = DmaMemory.Shared.Allocate(new DmaRequest(1), allocator);
        using UioPciDevice device = UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic);
        DmaRegion named = DmaMemory.Shared.Allocate(new DmaRequest(1), allocator);

        Assert.False(allocator.IsNamed(older));
        Assert.Equal(IovaMap.Unreachable, device.Iova.Translate(older.Address));
        Assert.True(allocator.IsNamed(named));
        Assert.Equal(PhysicalAddress.Of(named.Address), device.Iova.Translate(named.Address));

        DmaMemory.Shared.Free(older);
        DmaMemory.Shared.Free(named);
        Assert.Equal(IovaMap.Unreachable, device.Iova.Translate(named.Address));
    }
}
