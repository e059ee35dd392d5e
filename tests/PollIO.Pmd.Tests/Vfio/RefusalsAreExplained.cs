using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Collection(LabDevicesCollection.Name)]
public sealed class RefusalsAreExplained
{
    public RefusalsAreExplained() => LabGuest.Require();

    [Fact]
    [Trait("scenario", "e1000e")]
    public void DeviceOfTheKernelsDriver()
    {
        LabGuest.Bind(LabGuest.First, "e1000e");

        PollIOException error = Assert.Throws<PollIOException>(() => VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.First));

        Assert.Contains("bound to the kernel's driver e1000e", error.Message, StringComparison.Ordinal);
        Assert.Contains("driver_override", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task CommandOfTheRemedyBindsIt()
    {
        LabGuest.Bind(LabGuest.First, "e1000e");
        string remedy = Assert.Throws<PollIOException>(() => VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.First)).Remedy!;

        _ = await PollIO.Tests.Support.ToolRunner.RunSuccessfullyAsync("sh", "-c", remedy.Replace("sudo ", "", StringComparison.Ordinal));

        Assert.Equal("vfio-pci", LabGuest.DriverOf(LabGuest.First));
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public void DeviceThatAnotherHas()
    {
        LabGuest.Bind(LabGuest.First, "vfio-pci");
        using (File.Open($"/dev/vfio/{PciInventory.Read(LabGuest.Sysfs, LabGuest.First)!.Group}", FileMode.Open, FileAccess.ReadWrite))
        {
            PollIOException error = Assert.Throws<PollIOException>(() => VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.First));

            Assert.Contains("another process has /dev/vfio/", error.Message, StringComparison.Ordinal);
            Assert.Contains("fuser -v /dev/vfio/", error.Remedy, StringComparison.Ordinal);
        }

        LabGuest.Open(LabGuest.First).Dispose();
    }

    [Theory]
    [Trait("scenario", "e1000e")]
    [InlineData(TestChild.OpenVfioAsNobody, "this user may not open /dev/vfio/", "sudo chown nobody /dev/vfio/")]
    [InlineData(TestChild.OpenVfioWithoutMemory, "would lock more memory than this user may (RLIMIT_MEMLOCK is 65536 bytes)", "ulimit -l unlimited")]
    [InlineData(TestChild.OpenVfioAsOwner, "opened", "opened")]
    public async Task OrdinaryUser(string mode, string reason, string remedy)
    {
        LabGuest.Bind(LabGuest.First, "vfio-pci");
        using TestChild child = TestChild.Start(mode, LabGuest.First.ToString());

        string? message = await child.ReadLineAsync();

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains(remedy, message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public void GroupWithOthersInIt()
    {
        LabGuest.Bind(LabGuest.Bridged0, "vfio-pci");
        LabGuest.Bind(LabGuest.Bridged1, "e1000");

        PollIOException error = Assert.Throws<PollIOException>(() => VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.Bridged0));

        Assert.Contains("is not viable", error.Reason, StringComparison.Ordinal);
        Assert.Contains($"{LabGuest.Bridged1} (8086:100e, driver e1000)", error.Reason, StringComparison.Ordinal);
        Assert.Contains(LabGuest.Bridged1.ToString(), error.Remedy, StringComparison.Ordinal);

        LabGuest.Bind(LabGuest.Bridged1, "vfio-pci");
        using VfioPciDevice first = VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.Bridged0);
        using VfioPciDevice second = VfioPciDevice.Open(LabGuest.Sysfs, LabGuest.Bridged1);
        Assert.Equal(2, LabGuest.CountDescriptors("/dev/vfio/"));
    }
}
