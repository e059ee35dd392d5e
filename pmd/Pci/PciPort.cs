using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Pci;

/// <summary>
/// A port that is a PCI function. It owns the device, and gives it up when that is asked for or it is gone: the port stays, its
/// queues complete, packets in flight are freed and counted, and polling goes on harmlessly.
/// </summary>
internal abstract class PciPort : Port
{
    private readonly Lock _deviceLock = new();
    private readonly PciDevice _device;
    private EventDescriptor? _lossSignal;
    private int _reason;
    private bool _released;

    /// <summary>Creates the port; <see cref="Own"/> completes it.</summary>
    private protected PciPort(string name, PciDevice device, PortCapabilities capabilities)
        : base(name, capabilities)
    {
        _device = device;
    }

    /// <summary>Why there is no device any more, or null while there is one.</summary>
    private protected PollIOException? Loss { get; private set; }

    /// <summary>The device. Control calls use it under the port's control lock, and never after <see cref="Loss"/>.</summary>
    private protected PciDevice Device => _device;

    /// <summary>Takes responsibility for the port's device and waits for its loss; on failure the port is disposed.</summary>
    /// <exception cref="PollIOException">The process has no descriptor left.</exception>
    private protected static T Own<T>(T port)
        where T : PciPort
    {
        try
        {
            port.WatchLoss();
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected sealed override void DisposeCore()
    {
        // First: its handler takes the device away too.
        if (_lossSignal != null)
        {
            _device.Lost -= OnLost;
            ControlThread.Shared.Unregister(_lossSignal.Number);
            _lossSignal.Dispose();
        }

        ReleaseDevice();
        ReleaseCore();
    }

    /// <summary>Frees rings, queues and descriptors; the device cannot reach memory any more.</summary>
    private protected abstract void ReleaseCore();

    /// <summary>
    /// The device is about to go, or gone: makes it quiet as far as it answers. Called before it is given back, without an lcore in
    /// a queue; must not throw.
    /// </summary>
    private protected abstract void QuietCore(PciLoss reason);

    /// <summary>
    /// The device is given back: frees packets in flight, completes RX queues and fails TX queues with <paramref name="error"/>.
    /// No lcore is in a queue; polls that come later must find nothing and touch no register.
    /// </summary>
    private protected abstract void AbandonCore(PollIOException error);

    /// <summary>
    /// For any thread that finds the device gone, also one that holds <see cref="UseDevice{TArgument}"/>: the control thread
    /// does the rest.
    /// </summary>
    private protected void ReportLoss(PciLoss reason)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason + 1, 0);
        _lossSignal?.Signal();
    }

    /// <summary>Runs <paramref name="use"/> while nobody can take the device away, on threads that do not hold the control lock.</summary>
    /// <returns>Whether there is a device.</returns>
    private protected bool UseDevice<TArgument>(TArgument argument, Action<TArgument> use)
    {
        lock (_deviceLock)
        {
            if (_released)
            {
                return false;
            }

            use(argument);
            return true;
        }
    }

    /// <summary>Throws when the device was given up.</summary>
    private protected void ThrowIfLost()
    {
        if (Loss != null)
        {
            throw Loss;
        }
    }

    /// <summary>
    /// What takes the device away needs the control lock, under which the device may be waiting for its own handlers to end. So it
    /// runs as a handler of ours, which the control thread runs with that lock.
    /// </summary>
    private void WatchLoss()
    {
        var signal = new EventDescriptor(Name);
        try
        {
            ControlThread.Shared.Register(signal.Number, ServeLoss, ControlLock);
        }
        catch
        {
            signal.Dispose();
            throw;
        }

        _lossSignal = signal;
        _device.Lost += OnLost;
        if (Volatile.Read(ref _reason) != 0)
        {
            // Found gone while the port was made.
            signal.Signal();
        }
    }

    private void OnLost(PciLoss reason) => ReportLoss(reason);

    private void ServeLoss()
    {
        _lossSignal!.Take();
        if (Loss != null || State == PortState.Disposed)
        {
            return;
        }

        var reason = (PciLoss)(_reason - 1);
        var error = new PollIOException("poll", Name, Describe(reason));
        try
        {
            ChangeQueues(() => GiveUp(reason, error));
        }
        catch (PollIOException)
        {
            // An lcore stands still inside the driver (a debugger has it): the device cannot go from under it. Once more.
            _lossSignal.Signal();
        }
    }

    private void GiveUp(PciLoss reason, PollIOException error)
    {
        Loss = error;
        if (State == PortState.Started)
        {
            QuietCore(reason);
        }

        ReleaseDevice();
        AbandonCore(error);
        SetLink(new LinkState(IsUp: false));
    }

    private void ReleaseDevice()
    {
        lock (_deviceLock)
        {
            if (!_released)
            {
                _released = true;
                _device.Dispose();
            }
        }
    }

    private static string Describe(PciLoss reason) => reason switch
    {
        PciLoss.Requested => "the system asked for the device, and it was given back",
        PciLoss.Error => "the device reported an error it cannot recover from",
        _ => "the device is gone: its registers read all ones",
    };
}
