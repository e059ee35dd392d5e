using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Pci;

/// <summary>
/// Raises a device's <see cref="PciDevice.Lost"/> once, on the control thread, whichever of its descriptors comes first. A loss that
/// nobody listens to yet is kept for the first who does.
/// </summary>
internal sealed class PciLossNotice : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<EventDescriptor> _descriptors = [];
    private readonly string _device;
    private Action<PciLoss>? _handlers;
    private EventDescriptor? _kept;
    private bool _raised;

    /// <param name="device">For errors.</param>
    internal PciLossNotice(string device) => _device = device;

    /// <summary>What <see cref="PciDevice.Lost"/> adds to and removes from.</summary>
    internal event Action<PciLoss>? Lost
    {
        add
        {
            lock (_lock)
            {
                _handlers += value;

                // Rung again instead of called: handlers run on the control thread and nowhere else.
                _kept?.Signal();
                _kept = null;
            }
        }

        remove
        {
            lock (_lock)
            {
                _handlers -= value;
            }
        }
    }

    /// <summary>A new eventfd that means <paramref name="loss"/>; it lives as long as this object.</summary>
    /// <exception cref="PollIOException">The process has no descriptor left.</exception>
    internal EventDescriptor Watch(PciLoss loss)
    {
        var descriptor = new EventDescriptor(_device);
        try
        {
            ControlThread.Shared.Register(descriptor.Number, () => OnSignal(loss, descriptor));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }

        _descriptors.Add(descriptor);
        return descriptor;
    }

    /// <summary>Raises nothing any more. May be called from a handler of <see cref="Lost"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _raised = true;
        }

        foreach (EventDescriptor descriptor in _descriptors)
        {
            ControlThread.Shared.Unregister(descriptor.Number);
            descriptor.Dispose();
        }

        _descriptors.Clear();
    }

    private void OnSignal(PciLoss loss, EventDescriptor descriptor)
    {
        _ = descriptor.Take();
        Action<PciLoss>? handlers;
        lock (_lock)
        {
            if (_raised)
            {
                return;
            }

            handlers = _handlers;
            _raised = handlers is not null;
            _kept = handlers is null ? descriptor : null;
        }

        handlers?.Invoke(loss);
    }
}
