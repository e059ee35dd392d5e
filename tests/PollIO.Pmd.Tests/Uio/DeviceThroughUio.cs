using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Pci;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;

namespace PollIO.Pmd.Tests.Uio;

/// <summary>Files stand in for the function; the lab guest has a real one.</summary>
[Trait("tier", "unit")]
[Collection(HugepagesCollection.Name)]
public sealed class DeviceThroughUio : IDisposable
{
    private readonly FakePciTree _tree = new();
    private readonly FileStream _node;
    private readonly UioPciDevice _device;

    public DeviceThroughUio()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _tree.Add(FakePciTree.Nic, PciBinding.UioDriver, null, node: 1);
        string node = FakeUioNode.Add(_tree);
        _device = UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic);
        _node = new FileStream(node, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    }

    private uint Command => BitConverter.ToUInt16(File.ReadAllBytes(_tree.PathOf(FakePciTree.Nic, "config")), PciSpec.Command);

    public void Dispose()
    {
        _device.Dispose();
        _node.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public void ItComesQuietAndGoesQuiet()
    {
        Assert.Equal(new PciId(0x8086, 0x10d3), _device.Id);
        Assert.Equal(1, _device.NumaNode);
        Assert.Equal(PciSpec.CommandMemory | PciSpec.CommandInterruptDisable, Command);

        _device.SetBusMaster(true);
        _device.EnableInterrupts(PciInterruptKind.IntX, [-1]);
        Assert.Equal(PciSpec.CommandMemory | PciSpec.CommandBusMaster, Command);

        _device.Dispose();
        Assert.Equal(PciSpec.CommandMemory | PciSpec.CommandInterruptDisable, Command);
    }

    [Fact]
    public void RegistersAreMapped()
    {
        MmioRegion registers = _device.GetBar(0);

        Assert.Same(registers, _device.GetBar(0));
        Assert.Equal(FakeUioNode.BarBytes, registers.Length);
        registers.Write32(0x1004, 0x12345678);
        Assert.Equal(0x12345678u, BitConverter.ToUInt32(File.ReadAllBytes(_tree.PathOf(FakePciTree.Nic, "resource0")), 0x1004));
        Assert.Contains("I/O ports", Assert.Throws<PollIOException>(() => _device.GetBar(1)).Reason, StringComparison.Ordinal);
        Assert.Contains("shares a page", Assert.Throws<PollIOException>(() => _device.GetBar(2)).Reason, StringComparison.Ordinal);
        Assert.Contains("there is none", Assert.Throws<PollIOException>(() => _device.GetBar(5)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void InterruptsArePassedOnAndTheLineIsOursToUnmask()
    {
        using var target = new EventDescriptor("test");
        Assert.Equal(1, _device.CountInterrupts(PciInterruptKind.IntX));
        Assert.Equal(0, _device.CountInterrupts(PciInterruptKind.MsiX));
        Assert.Contains("through VFIO there are MSI", Assert.Throws<PollIOException>(() => _device.EnableInterrupts(PciInterruptKind.MsiX, [1])).Remedy, StringComparison.Ordinal);
        _device.EnableInterrupts(PciInterruptKind.IntX, [target.Number]);
        Assert.Equal(0u, Command & PciSpec.CommandInterruptDisable);

        _node.Write([1, 0, 0, 0]);

        Assert.True(SpinWait.SpinUntil(() => target.Take() == 1, TimeSpan.FromSeconds(20)));
        _device.DisableInterrupts();
        Assert.NotEqual(0u, Command & PciSpec.CommandInterruptDisable);
        _device.UnmaskIntX();
        Assert.Equal(0u, Command & PciSpec.CommandInterruptDisable);
    }

    [Fact]
    public void NodeThatFailsMeansTheDeviceIsGone()
    {
        using var heard = new ManualResetEventSlim();
        PciLoss? reason = null;
        _device.Lost += loss =>
        {
            reason = loss;
            _device.Dispose();
            heard.Set();
        };

        // UIO reads are of four bytes: fewer are answered with EIO, as everything is once the driver is unbound.
        _node.Write([1, 0]);

        Assert.True(heard.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(PciLoss.Gone, reason);
        Assert.Throws<ObjectDisposedException>(() => _device.GetBar(0));
    }

    [Fact]
    public void OrdinaryPagesAreUnreachable()
    {
        DmaRegion region = DmaMemory.Shared.Allocate(new DmaRequest(4096));

        Assert.Equal(IovaMap.Unreachable, _device.Iova.Translate(region.Address));
        DmaMemory.Shared.Free(region);
    }

    [Fact]
    public void ResetIsThatOfSysfs()
    {
        Assert.False(_device.CanReset);
        _device.Reset();
        _device.Dispose();
        File.Delete(_tree.PathOf("dev/uio3"));
        FakeUioNode.Add(_tree);
        _tree.Write($"sys/bus/pci/devices/{FakePciTree.Nic}/reset", "");
        using UioPciDevice device = UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic);
        device.SetBusMaster(true);

        device.Reset();

        Assert.Equal("1", File.ReadAllText(_tree.PathOf(FakePciTree.Nic, "reset")));
        Assert.Equal(0u, Command & PciSpec.CommandBusMaster);
    }
}
