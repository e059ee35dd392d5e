using PollIO.Pmd.VirtioPci;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.Tests.VirtioPci;

[Trait("tier", "unit")]
public sealed class CapabilitiesAreNotTrusted : IDisposable
{
    private readonly FakeVirtioFunction _function = new();

    public void Dispose() => _function.Dispose();

    [Fact]
    public void TheFirstUsableOfEachTypeCounts()
    {
        // A reserved BAR, a structure that ends outside, one that is too short: passed over.
        _function.Add(0x40, VIRTIO_PCI_CAP_COMMON_CFG, bar: 6, 0, 0x100);
        _function.Add(0x54, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0xff0, 0x38);
        _function.Add(0x68, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0, 0x20);
        _function.Add(0x7c, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0x100, 0x38);
        _function.Add(0x90, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0x200, 0x38);
        _function.Add(0xa4, VIRTIO_PCI_CAP_NOTIFY_CFG, bar: 4, 0x300, 0x40, multiplier: 4);
        _function.Add(0xb8, VIRTIO_PCI_CAP_ISR_CFG, bar: 4, 0x400, 1);
        _function.Add(0xcc, VIRTIO_PCI_CAP_DEVICE_CFG, bar: 4, 0x500, 0x40);

        VirtioPciCapabilities found = VirtioPciCapabilities.Find("test", _function);

        Assert.Equal((0x100, 0x300, 0x400, 0x500), (found.Common.Start, found.Notify.Start, found.Isr.Start, found.Device.Start));
        Assert.Equal(4u, found.NotifyMultiplier);
    }

    [Fact]
    public void ALengthThatWrapsIsOutside()
    {
        _function.Add(0x40, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0xffff_ffc8, 0x38);

        Assert.Contains("legacy interface only", Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public void AChainThatLoopsEnds()
    {
        _function.Add(0x40, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0, 0x38);
        _function.Add(0x54, VIRTIO_PCI_CAP_NOTIFY_CFG, bar: 4, 0, 0x40);
        _function.Link(0x40);

        Assert.Contains("lacks the interrupt status", Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public void ACapabilityCutOffByTheEndIsNone()
    {
        _function.Add(0xf0, VIRTIO_PCI_CAP_NOTIFY_CFG, bar: 4, 0, 0x40);
        _function.Add(0x40, VIRTIO_PCI_CAP_COMMON_CFG, bar: 4, 0, 0x38);
        _function.Link(0xfc);

        Assert.Contains("lacks the notification area", Reason(), StringComparison.Ordinal);
    }

    private string Reason() => Assert.Throws<PollIOException>(() => VirtioPciCapabilities.Find("test", _function)).Reason;
}
