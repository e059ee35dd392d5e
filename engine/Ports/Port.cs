using System.Runtime.CompilerServices;
using PollIO.Diagnostics;
using PollIO.Wire;

namespace PollIO;

/// <summary>
/// One NIC or virtual device. <see cref="Configure"/>, <see cref="Start"/>, poll its queues, <see cref="Stop"/>,
/// <see cref="Dispose"/>; control calls may come from any thread that is not an lcore and are serialised per port.
/// </summary>
public abstract partial class Port : IDisposable
{
    private static readonly TimeSpan s_leaveTimeout = TimeSpan.FromSeconds(5);

    private RxQueue[] _rxQueues = [];
    private TxQueue[] _txQueues = [];
    private PortConfig? _config;
    private bool _promiscuous;
    private volatile StrongBox<LinkState> _link = new(new LinkState(IsUp: true));

    /// <summary>Creates the port and gives it the lowest free number.</summary>
    /// <param name="name">What users know it by: its spec.</param>
    /// <param name="capabilities">What it can do.</param>
    protected Port(string name, PortCapabilities capabilities)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Capabilities = capabilities;
        Id = Register(this);
    }

    /// <summary>Raised on the control thread when the link goes up or down.</summary>
    public event Action<Port, LinkState>? LinkChanged;

    /// <summary>What users know the port by: its spec.</summary>
    public string Name { get; }

    /// <summary>The port's number; packets it receives carry it.</summary>
    public ushort Id { get; }

    /// <summary>What the port can do.</summary>
    public PortCapabilities Capabilities { get; }

    /// <summary>Where the port is in its life.</summary>
    public PortState State { get; private set; }

    /// <summary>The configuration in force.</summary>
    /// <exception cref="InvalidOperationException">The port is not configured yet.</exception>
    public PortConfig Config => _config ?? throw new InvalidOperationException($"port {Name} is not configured");

    /// <summary>The RX queues, in order; empty before <see cref="Configure"/>.</summary>
    public IReadOnlyList<RxQueue> RxQueues => _rxQueues;

    /// <summary>The TX queues, in order; empty before <see cref="Configure"/>.</summary>
    public IReadOnlyList<TxQueue> TxQueues => _txQueues;

    /// <summary>The station address; software ports without one have a locally administered address.</summary>
    public abstract MacAddress MacAddress { get; }

    /// <summary>Largest payload of a frame, in bytes.</summary>
    public virtual int Mtu => Capabilities.MaxMtu;

    /// <summary>The link as last seen.</summary>
    public LinkState Link => _link.Value;

    /// <summary>Serialises control calls; drivers that change state from the control thread take it too.</summary>
    protected Lock ControlLock { get; } = new();

    /// <summary>Makes the queues. May be called again while the port is stopped.</summary>
    /// <exception cref="PollIOException">
    /// The port cannot do what is asked; the message says what and why. A configuration that was in force before stays in force.
    /// </exception>
    /// <exception cref="InvalidOperationException">The port is started or disposed.</exception>
    public void Configure(PortConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        ThrowIfOnLCore(nameof(Configure));
        lock (ControlLock)
        {
            ThrowUnless(State is PortState.Created or PortState.Stopped, nameof(Configure));
            config = config with
            {
                RxRingSize = config.RxRingSize == 0 ? Capabilities.DefaultRingSize : config.RxRingSize,
                TxRingSize = config.TxRingSize != 0 ? config.TxRingSize
                    : Capabilities.DefaultTxRingSize != 0 ? Capabilities.DefaultTxRingSize
                    : Capabilities.DefaultRingSize,
            };
            PortConfigCheck.Check(this, config);
            long formerlyHeld = config.Pool.Borrow(this, PortConfigCheck.PacketsHeld(Capabilities, config));
            try
            {
                (_rxQueues, _txQueues) = CreateQueues(config);
            }
            catch
            {
                config.Pool.Restore(this, formerlyHeld);
                throw;
            }

            if (_config != null && _config.Pool != config.Pool)
            {
                _config.Pool.Return(this);
            }

            _config = config;
            State = PortState.Stopped;
            SetTaps();
            if (Capabilities.Promiscuous)
            {
                SetPromiscuousLocked(config.Promiscuous);
            }
        }
    }

    /// <summary>Starts moving packets.</summary>
    /// <exception cref="PollIOException">The device or system refused.</exception>
    public void Start()
    {
        ThrowIfOnLCore(nameof(Start));
        lock (ControlLock)
        {
            ThrowUnless(State == PortState.Stopped, nameof(Start));

            // Before the device goes: it may come to its end at once.
            Array.ForEach(_rxQueues, queue => queue.ClearCompletion());
            StartCore();
            State = PortState.Started;
            OpenQueues();
            PollIOEventSource.Log.PortStarted(this);
        }
    }

    /// <summary>Stops moving packets: when it returns, no lcore is inside a queue and packets in flight are freed and counted.</summary>
    /// <exception cref="PollIOException">An lcore did not leave a queue.</exception>
    /// <exception cref="InvalidOperationException">Called from an lcore, which could wait for itself.</exception>
    public void Stop()
    {
        ThrowIfOnLCore(nameof(Stop));
        lock (ControlLock)
        {
            ThrowUnless(State is PortState.Stopped or PortState.Started, nameof(Stop));
            StopLocked();
        }
    }

    /// <summary>Stops the port when it runs, and gives back everything it holds.</summary>
    public void Dispose()
    {
        ThrowIfOnLCore(nameof(Dispose));
        lock (ControlLock)
        {
            if (State == PortState.Disposed)
            {
                return;
            }

            // An lcore that does not leave keeps the port as it is; a device that fails to stop is gone all the same.
            try
            {
                StopLocked();
            }
            finally
            {
                if (State != PortState.Started)
                {
                    Release();
                }
            }
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Receives frames for every address, or only the port's own, broadcast and the multicast asked for.</summary>
    /// <exception cref="PollIOException">The port cannot, or the system refused.</exception>
    public void SetPromiscuous(bool enabled)
    {
        lock (ControlLock)
        {
            ThrowIfMissing(Capabilities.Promiscuous, "set promiscuous mode");
            SetPromiscuousLocked(enabled);
        }
    }

    /// <summary>Receives every multicast frame.</summary>
    /// <exception cref="PollIOException">The port cannot, or the system refused.</exception>
    public void SetAllMulticast(bool enabled)
    {
        lock (ControlLock)
        {
            ThrowIfMissing(Capabilities.AllMulticast, "set all-multicast mode");
            SetAllMulticastCore(enabled);
        }
    }

    /// <summary>Reads the counters.</summary>
    public PortStatistics GetStatistics()
    {
        // First: reading a device's own counters may add what it dropped to the queues'.
        IReadOnlyList<KeyValuePair<string, long>> extended = GetExtendedCounters();
        return new PortStatistics(
            QueueStatistics.Sum(_rxQueues.Select(queue => queue.Counters.Snapshot())),
            QueueStatistics.Sum(_txQueues.Select(queue => queue.Counters.Snapshot())),
            extended);
    }

    /// <summary>The driver's own counters, of a port that may go at any moment: none once it is gone.</summary>
    internal IReadOnlyList<KeyValuePair<string, long>> ReadExtendedCounters()
    {
        lock (ControlLock)
        {
            return State is PortState.Stopped or PortState.Started ? GetExtendedCounters() : [];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>
    /// Makes the queues for a configuration that was checked against the capabilities. Called again for a new configuration, with
    /// the former queues still in place: when it throws they stay in force, when it returns they are the driver's to release.
    /// </summary>
    protected abstract (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config);

    /// <summary>Gets the device going; the queues' gates open after it.</summary>
    protected abstract void StartCore();

    /// <summary>Quiets the device and frees packets in flight; the queues' gates are closed and empty.</summary>
    protected abstract void StopCore();

    /// <summary>Gives back descriptors and memory. Called once, after <see cref="StopCore"/>.</summary>
    protected abstract void DisposeCore();

    /// <summary>Sets promiscuous mode, on new queues anew; called only when the capability is there.</summary>
    protected virtual void SetPromiscuousCore(bool enabled) => throw new NotSupportedException();

    /// <summary>Sets all-multicast mode; called only when the capability is there.</summary>
    protected virtual void SetAllMulticastCore(bool enabled) => throw new NotSupportedException();

    /// <summary>
    /// Runs <paramref name="change"/> while no lcore is inside a queue, and lets them in again when the port is started: for
    /// drivers whose device or peer asks for a change while the port runs.
    /// </summary>
    /// <exception cref="PollIOException">An lcore did not leave a queue; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Called from an lcore, which could wait for itself.</exception>
    protected void ChangeQueues(Action change)
    {
        ArgumentNullException.ThrowIfNull(change);
        ThrowIfOnLCore(nameof(ChangeQueues));
        lock (ControlLock)
        {
            try
            {
                CloseQueues();
                change();
            }
            finally
            {
                if (State == PortState.Started)
                {
                    OpenQueues();
                }
            }
        }
    }

    /// <summary>The driver's own counters by name.</summary>
    protected virtual IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters() => [];

    /// <summary>Records the link and raises <see cref="LinkChanged"/> when it changed.</summary>
    protected void SetLink(LinkState link)
    {
        if (Link != link)
        {
            _link = new StrongBox<LinkState>(link);
            PollIOEventSource.Log.LinkChanged(Name, link.IsUp);
            LinkChanged?.Invoke(this, link);
        }
    }

    private static void ThrowIfOnLCore(string operation)
    {
        if (LCoreContext.Index != LCoreContext.NotAnLCore)
        {
            throw new InvalidOperationException($"Port.{operation} waits for lcores and must not be called from one");
        }
    }

    private void StopLocked()
    {
        if (State != PortState.Started)
        {
            return;
        }

        CloseQueues();
        State = PortState.Stopped;
        StopCore();
        PollIOEventSource.Log.PortStopped(Name, Id);
    }

    private void Release()
    {
        try
        {
            Closing?.Invoke(this);
        }
        finally
        {
            State = PortState.Disposed;
        }

        try
        {
            DisposeCore();
        }
        finally
        {
            _config?.Pool.Return(this);
            Unregister(this);
            PollIOEventSource.Log.PortClosed(Name, Id);
        }
    }

    private void SetPromiscuousLocked(bool enabled)
    {
        if (enabled || _promiscuous)
        {
            SetPromiscuousCore(enabled);
            _promiscuous = enabled;
        }
    }

    private void CloseQueues()
    {
        Array.ForEach(_rxQueues, queue => queue.Close());
        Array.ForEach(_txQueues, queue => queue.Close());
        Interlocked.MemoryBarrierProcessWide();
        WaitUntilQueuesAreLeft();
    }

    private void WaitUntilQueuesAreLeft()
    {
        long deadline = Environment.TickCount64 + (long)s_leaveTimeout.TotalMilliseconds;
        if (!_rxQueues.All(queue => queue.WaitUntilLeft(deadline)) || !_txQueues.All(queue => queue.WaitUntilLeft(deadline)))
        {
            throw new PollIOException("close queues", Name, $"an lcore did not leave within {s_leaveTimeout.TotalSeconds} s: it was stopped inside the driver");
        }
    }

    private void OpenQueues()
    {
        Array.ForEach(_rxQueues, queue => queue.Open());
        Array.ForEach(_txQueues, queue => queue.Open());
    }

    private void ThrowUnless(bool allowed, string operation)
    {
        ObjectDisposedException.ThrowIf(State == PortState.Disposed, this);
        if (!allowed)
        {
            throw new InvalidOperationException($"port {Name} is {State}: {operation} is not possible now");
        }
    }

    private void ThrowIfMissing(bool capability, string operation)
    {
        ObjectDisposedException.ThrowIf(State == PortState.Disposed, this);
        if (!capability)
        {
            throw new PollIOException(operation, Name, "this port has no such mode");
        }
    }
}
