using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.E1000;

/// <summary>What wakes a sleeping lcore: the receive cause of the device, by whichever kind of interrupt it has.</summary>
/// <remarks>
/// The cause is cleared, then unmasked; the engine polls once more after that. A packet from before is found by that poll, a later
/// one sets the cause anew.
/// </remarks>
internal sealed class E1000RxInterrupt : IDisposable
{
    private readonly PciDevice _device;
    private readonly EventDescriptor? _event;
    private readonly uint _causes;
    private MmioRegion? _registers;

    /// <summary>Creates the descriptor; a device without interrupts has none.</summary>
    internal E1000RxInterrupt(string name, PciDevice device, PciInterruptKind? kind)
    {
        _device = device;
        Kind = kind;
        _event = kind == null ? null : new EventDescriptor(name);
        _causes = kind == PciInterruptKind.MsiX ? ICR_RXQ0 : ICR_RXT0 | ICR_RXO;
    }

    internal PciInterruptKind? Kind { get; }

    /// <summary>What becomes readable, or -1.</summary>
    internal int Descriptor => _event?.Number ?? -1;

    /// <summary>The device interrupts from now on, when armed.</summary>
    internal void Attach(MmioRegion registers)
    {
        _event?.Take();
        _registers = registers;
    }

    /// <summary>The device is stopped or gone: arming does nothing.</summary>
    internal void Detach() => _registers = null;

    internal void Arm()
    {
        if (_registers == null)
        {
            return;
        }

        ClearCauses(_registers);
        _registers.Write32(IMS, _causes);
        if (Kind == PciInterruptKind.IntX)
        {
            _device.UnmaskIntX();
        }
    }

    internal void Disarm()
    {
        if (_registers != null)
        {
            _registers.Write32(IMC, _causes);
            ClearCauses(_registers);
        }

        _event?.Take();
    }

    /// <summary>Wakes whoever waits, as the device would.</summary>
    internal void Signal() => _event?.Signal();

    /// <inheritdoc/>
    public void Dispose() => _event?.Dispose();

    private void ClearCauses(MmioRegion registers)
    {
        if (Kind == PciInterruptKind.MsiX)
        {
            // Not a read, which would take the link's cause from the other vector.
            registers.Write32(ICR, _causes);
        }
        else
        {
            _ = registers.Read32(ICR);
        }
    }
}
