using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.E1000;

/// <summary>Interrupts, the link, and the device's own counters: all off the polling lcores.</summary>
internal sealed partial class E1000Port
{
    private const uint LinkCauses = ICR_LSC | ICR_OTHER;

    // A wrapped 32-bit counter would be lost; at line rate the fastest takes 48 minutes. 64 looks at the link are 32 seconds.
    private const int LooksPerReading = 64;

    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(500);

    private readonly E1000Statistics _statistics = new();
    private TimerDescriptor? _lookTimer;
    private EventDescriptor? _linkEvent;
    private int _looks;

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters()
    {
        ReadStatistics();
        return [.. _statistics.List(), new("rx_short_refills", _rx?.ShortRefills ?? 0)];
    }

    private void StartInterrupts()
    {
        // Also where a change of the link interrupts: a device that is gone does not, and its registers say so.
        _lookTimer = new TimerDescriptor(Name, s_lookInterval, OnLookTimer, ControlLock);
        if (_rxInterrupt.Kind is not { } kind)
        {
            return;
        }

        if (kind != PciInterruptKind.MsiX)
        {
            Device.EnableInterrupts(kind, [_rxInterrupt.Descriptor]);
            return;
        }

        // 82574 datasheet §7.4: receive queue 0 on vector 0, the rest on vector 1. Nothing clears by itself: the lcore clears its
        // cause before it arms, the link's handler its own.
        MmioRegion registers = _hardware.Registers;
        _linkEvent = new EventDescriptor(Name);
        Device.EnableInterrupts(kind, [_rxInterrupt.Descriptor, _linkEvent.Number]);
        registers.Write32(CTRL_EXT, registers.Read32(CTRL_EXT) | CTRL_EXT_PBA_CLR);
        registers.Write32(EIAC, 0);
        registers.Write32(IVAR, IVAR_RXQ0_TO_0 | IVAR_OTHER_TO_1);
        registers.Write32(EITR0, 0);
        registers.Write32(EITR0 + sizeof(uint), 0);
        ControlThread.Shared.Register(_linkEvent.Number, OnLinkInterrupt, ControlLock);
        registers.Write32(IMS, LinkCauses);
    }

    private void StopInterrupts()
    {
        _rxInterrupt.Detach();
        if (_lookTimer != null)
        {
            _lookTimer.Dispose();
            _lookTimer = null;
        }

        if (_linkEvent != null)
        {
            ControlThread.Shared.Unregister(_linkEvent.Number);
            _linkEvent.Dispose();
            _linkEvent = null;
        }
    }

    private void OnLinkInterrupt()
    {
        _linkEvent!.Take();
        _hardware.Registers.Write32(ICR, LinkCauses);
        UpdateLink();
        _hardware.Registers.Write32(IMS, LinkCauses);
    }

    private void OnLookTimer()
    {
        UpdateLink();
        if (++_looks % LooksPerReading == 0)
        {
            ReadStatistics();
        }
    }

    private void UpdateLink()
    {
        if (_hardware.TryReadLink(out LinkState link))
        {
            SetLink(link);
        }
        else
        {
            ReportLoss(PciLoss.Gone);
        }
    }

    /// <summary>Adds up the device's counters; from any thread, and also when the device is gone.</summary>
    private void ReadStatistics() => UseDevice(this, static port =>
    {
        if (port._hardware.Registers.Read32(STATUS) == AllOnes)
        {
            port.ReportLoss(PciLoss.Gone);
            return;
        }

        // Readers come one after the other, and no lcore counts this cause: one writer.
        port._statistics.Read(port._hardware.Registers);
        port._rx?.Counters.Drop(DropCause.Missed, (int)port._statistics.NewlyMissed);
    });

    /// <summary>What the device counted before this start is not ours.</summary>
    private void ForgetStatistics() => _statistics.Forget(_hardware.Registers);
}
