using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Null;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;

namespace PollIO.Pmd.Tests.Pci;

[Trait("tier", "unit")]
[Collection(HugepagesCollection.Name)]
public sealed class DriverIsChosenById : IDisposable
{
    private readonly FakePciTree _tree = new();

    public DriverIsChosenById()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _tree.Add(FakePciTree.Nic, "uio_pci_generic", null, "8086:10d3");
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void DeviceThatNoDriverDrivesIsNamedAndLeftAlone()
    {
        PciDriver[] drivers = [new("one", [new PciId(1, 2), new PciId(1, 3)], Refuse), new("two", [new PciId(0x1af4, 0x1041)], Refuse)];

        PollIOException error = Assert.Throws<PollIOException>(() => Open(drivers));

        Assert.Equal("there is no driver for 8086:10d3", error.Reason);
        Assert.Equal("one drives 0001:0002, 0001:0003; two drives 1af4:1041", error.Remedy);
        Assert.Contains("uio:0000:03:00.0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DriverGetsTheSpecAndTheDevice()
    {
        FakeUioNode.Add(_tree);
        PciDevice? given = null;
        PciDriver[] drivers =
        [
            new("other", [new PciId(1, 2)], Refuse),
            new("right", [new PciId(0x8086, 0x10d3)], (spec, device) =>
            {
                given = device;
                return NullPort.Open(PortSpec.Parse("null:"));
            }),
        ];

        using Port port = Open(drivers);

        Assert.NotNull(given);
        Assert.Equal("uio:0000:03:00.0", given.Name);
        given.Dispose();
    }

    [Fact]
    public void DeviceThatAnswersAsAnotherIsGivenBack()
    {
        FakeUioNode.Add(_tree);
        File.WriteAllBytes(_tree.PathOf(FakePciTree.Nic, "config"), [.. Enumerable.Repeat((byte)0xff, PciSpec.ConfigBytes)]);
        PciDriver[] drivers = [new("right", [new PciId(0x8086, 0x10d3)], Refuse)];

        PollIOException error = Assert.Throws<PollIOException>(() => Open(drivers));

        Assert.Contains("the device answers as ffff:ffff", error.Reason, StringComparison.Ordinal);
    }

    private static Port Refuse(PortSpec spec, PciDevice device) => throw new InvalidOperationException("the wrong driver was asked");

    private Port Open(PciDriver[] drivers) => PciPorts.Open(PortSpec.Parse("uio:0000:03:00.0?rxd=512"), _tree.Sysfs, drivers, UioPciDevice.Open);
}
