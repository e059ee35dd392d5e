using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.VirtioPci;

[Trait("tier", "peer")]
public sealed class DevicesThatCannotBeUsedAreRefused
{
    /// <summary>An IOMMU translates what the device is told, but this one does not ask it: it would write anywhere.</summary>
    [Theory]
    [InlineData("virtio-net-pci,disable-legacy=on")]
    [InlineData("virtio-net-pci,disable-legacy=off")]
    public void WithoutAccessPlatform(string model)
    {
        PollIOException error = Open(model);

        Assert.Contains("VIRTIO_F_ACCESS_PLATFORM", error.Reason, StringComparison.Ordinal);
        Assert.Contains("iommu_platform=on", error.Remedy, StringComparison.Ordinal);
        Assert.Contains("uio:", error.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void WithTheLegacyInterfaceOnly()
    {
        PollIOException error = Open("virtio-net-pci,disable-legacy=off,disable-modern=on");

        Assert.Contains("legacy", error.Reason, StringComparison.Ordinal);
        Assert.Contains("disable-legacy=on", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void WithFewerQueuesThanAskedFor()
    {
        PollIOException error = Open(Models.Split, "?queues=2");

        Assert.Contains("2 queues were asked for, and the device has 1", error.Reason, StringComparison.Ordinal);
    }

    /// <summary>The refused device is given back: nothing of it stays open.</summary>
    private static PollIOException Open(string model, string keys = "")
    {
        using var nic = new QemuNic(model);
        RemotePciDevice device = nic.Open();
        PollIOException error = Assert.Throws<PollIOException>(() => QemuPort.Open(device, keys).Dispose());
        Assert.True(device.IsDisposed);
        return error;
    }
}
