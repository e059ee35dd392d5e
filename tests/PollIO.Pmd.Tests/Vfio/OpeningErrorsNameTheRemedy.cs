using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Pci;
using PollIO.Pmd.Uio;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "unit")]
public sealed class OpeningErrorsNameTheRemedy : IDisposable
{
    private static readonly PciAddress s_sibling = new(0, 3, 0, 1);

    private readonly FakePciTree _tree = new();

    public OpeningErrorsNameTheRemedy() => Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void DeviceThatIsNotThere() => Expect(OpenVfio, "there is no such PCI device", "this machine has no PCI network device");

    [Fact]
    public void DeviceOfTheKernel()
    {
        _tree.Add(FakePciTree.Nic, "e1000e", 7);

        Expect(OpenVfio, "bound to the kernel's driver e1000e", "echo vfio-pci > /sys/bus/pci/devices/0000:03:00.0/driver_override");
        Expect(OpenUio, "bound to the kernel's driver e1000e", "echo uio_pci_generic > /sys/bus/pci/devices/0000:03:00.0/driver_override");
    }

    [Fact]
    public void DeviceWithoutADriver()
    {
        _tree.Add(FakePciTree.Nic, null, 7);

        Expect(OpenVfio, "bound to no driver", "modprobe vfio-pci");
        Expect(OpenUio, "bound to no driver", "modprobe uio_pci_generic");
    }

    [Fact]
    public void MachineWithoutAnIommu()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", null);

        Expect(OpenVfio, "no IOMMU groups", "intel_iommu=on", "uio:0000:03:00.0");
    }

    [Fact]
    public void KernelWithoutVfio()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", 7);

        Expect(OpenVfio, "there is no /dev/vfio here", "modprobe vfio-pci");
    }

    [Fact]
    public void ContainerWithoutTheGroupsNode()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", 7);
        _tree.Write("dev/vfio/vfio", "");

        Expect(OpenVfio, "there is no /dev/vfio/7", "docker run --device");
    }

    [Fact]
    public void NodeThatIsNoGroup()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", 7);
        _tree.Write("dev/vfio/vfio", "");
        _tree.Write("dev/vfio/7", "");
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;

        for (int i = 0; i < 20; i++)
        {
            Expect(OpenVfio, $"{_tree.PathOf("dev/vfio/7")} cannot be opened");
        }

        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 10);
    }

    [Fact]
    public void MadeUpGroupOfADeviceWithoutAnIommuIsTriedFirst()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", 7);
        _tree.Write("dev/vfio/vfio", "");
        _tree.Write("dev/vfio/noiommu-7", "");

        Expect(OpenVfio, $"{_tree.PathOf("dev/vfio/noiommu-7")} cannot be opened");
    }

    [Fact]
    public void SiblingsThatTheKernelHoldsAreNamed()
    {
        _tree.Add(FakePciTree.Nic, "vfio-pci", 7);
        _tree.Add(s_sibling, "igb", 7);
        _tree.Add(new PciAddress(0, 2, 0, 0), "pcieport", 7);
        _tree.Add(new PciAddress(0, 2, 1, 0), "pci-stub", 7);
        _tree.Add(new PciAddress(0, 2, 2, 0), null, 7);
        _tree.Add(new PciAddress(0, 4, 0, 0), "igb", 8);

        PollIOException error = IommuGroup.Read(_tree.Sysfs, 7).NotViable("vfio:0000:03:00.0", "open through VFIO");

        Assert.Contains("the kernel still drives 0000:03:00.1 (8086:10d3, driver igb)", error.Reason, StringComparison.Ordinal);
        Assert.Contains("IOMMU group 7 is not viable", error.Reason, StringComparison.Ordinal);
        Assert.Contains("/sys/bus/pci/devices/0000:03:00.1/driver_override", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("0000:02", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void IommuThatTranslatesForAUioDevice()
    {
        _tree.Add(FakePciTree.Nic, "uio_pci_generic", 7);
        _tree.Write("sys/kernel/iommu_groups/7/type", "DMA-FQ\n");

        Expect(OpenUio, "an IOMMU translates for it", "vfio:0000:03:00.0", "iommu=pt");

        _tree.Write("sys/kernel/iommu_groups/7/type", "identity\n");
        Expect(OpenUio, "the kernel made no /dev/uio node");
    }

    [Fact]
    public void HugetlbfsThatAUioDeviceNeeds()
    {
        _tree.Add(FakePciTree.Nic, "uio_pci_generic", null);
        FakeUioNode.Add(_tree);
        _tree.Write("proc/mounts", "nodev /dev/hugepages1G hugetlbfs rw,pagesize=1024M 0 0\n");

        Expect(OpenUio, "no hugetlbfs of 2M pages is mounted", "sudo ./hugepages.sh --pagesize 2M --mount");

        _tree.Write("proc/mounts", "nodev /not/here hugetlbfs rw,pagesize=2M 0 0\nnodev /nor/there hugetlbfs rw,pagesize=2M 0 0\n");
        Expect(OpenUio, "may not make files in /not/here or /nor/there", "run it as root", "docker run -v /not/here:/not/here");
    }

    [Theory]
    [InlineData(Errno.EACCES, "this user may not open /dev/vfio/7", "sudo chown ")]
    [InlineData(Errno.EBUSY, "another process has /dev/vfio/7 open", "sudo fuser -v /dev/vfio/7")]
    [InlineData(Errno.EPERM, "needs CAP_SYS_RAWIO", "run as root")]
    public void GroupThatCannotBeOpened(int errno, string reason, string remedy) => Check(VfioErrors.Group("vfio:x", "/dev/vfio/7", errno), reason, remedy);

    [Theory]
    [InlineData(Errno.EACCES, "this user may not open /dev/vfio/vfio", "sudo chmod 666 /dev/vfio/vfio")]
    [InlineData(Errno.ENODEV, "there is no /dev/vfio/vfio", "sudo modprobe vfio-pci")]
    public void ContainerThatCannotBeOpened(int errno, string reason, string remedy) => Check(VfioErrors.Container("vfio:x", errno), reason, remedy);

    [Fact]
    public void InterruptsThatAreNotRemapped() =>
        Check(VfioErrors.SetType("vfio:x", Errno.EPERM), "does not remap interrupts", "allow_unsafe_interrupts", "allow_unsafe_interrupts=1");

    [Fact]
    public void MemoryThatCannotBeMapped()
    {
        DmaRegion region = Region(unchecked((nint)0x1_0000_0000), 2 << 20);
        const string Ranges = "0x0-0xfedfffff, 0xfef00000-0x7fffffffff";

        Check(VfioErrors.OutsideIommu("container", region, Ranges), "0x100000000+0x200000", Ranges);
        Check(VfioErrors.Map("container", region, 10, Ranges, Errno.ENOMEM), "would lock more memory", "RLIMIT_MEMLOCK is ", "ulimit -l unlimited", "LimitMEMLOCK=infinity");
        Check(VfioErrors.Map("container", region, 10, Ranges, Errno.ENOSPC), "allows 10 regions", "dma_entry_limit");
        Check(VfioErrors.Map("container", region, 10, Ranges, Errno.EINVAL), Ranges);
    }

    internal static DmaRegion Region(nint address, nuint length, nuint pageSize = 2 << 20, bool isLocked = true) =>
        new(DmaMemory.Shared.DefaultAllocator, new DmaRequest(length)) { Address = address, Length = length, FileDescriptor = -1, FileOffset = 0, PageSize = pageSize, IsLocked = isLocked };

    private static void Check(PollIOException error, params string[] parts)
    {
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    private static void Expect(Action open, params string[] parts) => Check(Assert.Throws<PollIOException>(open), parts);

    private void OpenVfio() => VfioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic).Dispose();

    private void OpenUio() => UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic).Dispose();
}
