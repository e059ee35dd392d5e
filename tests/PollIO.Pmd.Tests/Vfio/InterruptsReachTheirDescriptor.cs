using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;
using static PollIO.Pmd.Tests.Vfio.E1000eRegister;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Collection(LabDevicesCollection.Name)]
[Trait("scenario", "e1000e")]
public sealed class InterruptsReachTheirDescriptor : IDisposable
{
    private readonly VfioPciDevice _device;
    private readonly MmioRegion _registers;
    private readonly EventDescriptor _event;

    public InterruptsReachTheirDescriptor()
    {
        LabGuest.Require();
        _device = LabGuest.Open(LabGuest.First);
        _device.Reset();
        _device.SetBusMaster(true);
        _registers = _device.GetBar(0);
        _registers.Write32(IMC, uint.MaxValue);
        _event = new EventDescriptor("test");
    }

    public void Dispose()
    {
        Calm();
        _device.Dispose();
        _event.Dispose();
    }

    [Fact]
    public void KindsAreCounted()
    {
        Assert.Equal(1, _device.CountInterrupts(PciInterruptKind.IntX));
        Assert.Equal(1, _device.CountInterrupts(PciInterruptKind.Msi));
        Assert.Equal(5, _device.CountInterrupts(PciInterruptKind.MsiX));
        PollIOException error = Assert.Throws<PollIOException>(() => _device.EnableInterrupts(PciInterruptKind.MsiX, new int[6]));
        Assert.Contains("6 MsiX vectors are asked for, and the device has 5", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void MsiXVectorFires()
    {
        _device.EnableInterrupts(PciInterruptKind.MsiX, [_event.Number, -1, -1, -1, -1]);
        _registers.Write32(IVAR, AllToVector0);

        Cause(LSC | OTHER);

        LabGuest.WaitFor(() => _event.Take() > 0, "an MSI-X interrupt");
        Calm();
        _device.DisableInterrupts();
        Cause(LSC | OTHER);
        Assert.Equal(0ul, _event.Take());
    }

    [Fact]
    public void MsiReplacesMsiX()
    {
        using var other = new EventDescriptor("test");
        _device.EnableInterrupts(PciInterruptKind.MsiX, [other.Number]);
        Calm();
        _device.EnableInterrupts(PciInterruptKind.Msi, [_event.Number]);

        Cause(LSC);

        LabGuest.WaitFor(() => _event.Take() > 0, "an MSI interrupt");
        Assert.Equal(0ul, other.Take());
    }

    [Fact]
    public void IntXIsMaskedUntilItIsUnmasked()
    {
        _device.EnableInterrupts(PciInterruptKind.IntX, [_event.Number]);
        Cause(LSC);
        LabGuest.WaitFor(() => _event.Take() > 0, "a first INTx");
        _ = _registers.Read32(ICR);

        Cause(LSC);
        Assert.Equal(0ul, _event.Take());
        _device.UnmaskIntX();
        LabGuest.WaitFor(() => _event.Take() > 0, "the INTx that was held back");
    }

    /// <summary>Ends all causes and lets the throttle of 128 µs run out: QEMU's model ends itself when that happens after a change of kind.</summary>
    private void Calm()
    {
        _registers.Write32(IMC, uint.MaxValue);
        _ = _registers.Read32(ICR);
        Thread.Sleep(20);
        _registers.Write32(CTRL, RST);
    }

    private void Cause(uint causes)
    {
        _registers.Write32(IMS, causes);
        _registers.Write32(ICS, causes);
    }
}
