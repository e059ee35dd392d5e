using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>
/// Brings a device's interrupts to those who wait: with MSI-X each receive queue has a vector of its own, and the configuration the
/// first one; over INTx the control thread asks for the cause and passes it on.
/// </summary>
/// <remarks>
/// The rings say whether the device interrupts at all. A line is taken down by the reading of its cause, before the queues are
/// signalled and before it is unmasked: what the device uses later raises it anew, and no wake-up is lost.
/// </remarks>
internal sealed class VirtioPciInterrupts : IDisposable
{
    private readonly PciDevice _device;
    private readonly VirtioPciTransport _transport;
    private readonly PciInterruptKind _kind;
    private readonly IReadOnlyList<EventDescriptor> _queues;
    private readonly Action _changed;
    private readonly EventDescriptor _event;

    /// <param name="name">The port, for errors.</param>
    /// <param name="device">The device.</param>
    /// <param name="transport">Its registers.</param>
    /// <param name="kind">MSI-X or INTx.</param>
    /// <param name="queues">What to signal for each receive queue.</param>
    /// <param name="changed">Called on the control thread when the configuration changed.</param>
    /// <param name="serializer">Held by the control thread meanwhile.</param>
    /// <exception cref="PollIOException">The system refused.</exception>
    internal VirtioPciInterrupts(
        string name, PciDevice device, VirtioPciTransport transport, PciInterruptKind kind, IReadOnlyList<EventDescriptor> queues, Action changed, Lock serializer)
    {
        (_device, _transport, _kind, _queues, _changed) = (device, transport, kind, queues, changed);
        _event = new EventDescriptor(name);
        try
        {
            ControlThread.Shared.Register(_event.Number, Serve, serializer);
            device.EnableInterrupts(kind, kind == PciInterruptKind.MsiX ? [_event.Number, .. queues.Select(queue => queue.Number)] : [_event.Number]);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The vector for changes of the configuration.</summary>
    internal ushort ConfigVector => _kind == PciInterruptKind.MsiX ? (ushort)0 : VIRTIO_MSI_NO_VECTOR;

    /// <summary>What a device can interrupt with, for so many receive queues; null when it cannot.</summary>
    internal static PciInterruptKind? Choose(PciDevice device, int queues) =>
        device.CountInterrupts(PciInterruptKind.MsiX) > queues ? PciInterruptKind.MsiX
        : device.CountInterrupts(PciInterruptKind.IntX) > 0 ? PciInterruptKind.IntX
        : null;

    /// <summary>The vector of a receive queue.</summary>
    internal ushort VectorOf(int queue) => _kind == PciInterruptKind.MsiX ? (ushort)(1 + queue) : VIRTIO_MSI_NO_VECTOR;

    /// <summary>Listens no more. The device's interrupts are for the caller to disable.</summary>
    public void Dispose()
    {
        ControlThread.Shared.Unregister(_event.Number);
        _event.Dispose();
    }

    private void Serve()
    {
        _event.Take();
        bool isLine = _kind == PciInterruptKind.IntX;
        byte causes = isLine ? _transport.TakeCauses() : ISR_CONFIG;
        if ((causes & ISR_CONFIG) != 0)
        {
            _changed();
        }

        if (isLine)
        {
            foreach (EventDescriptor queue in _queues)
            {
                queue.Signal();
            }

            _device.UnmaskIntX();
        }
    }
}
