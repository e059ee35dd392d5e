namespace PollIO;

/// <summary>What receive and transmit queues share: the port, the gate, the counters, the tap.</summary>
public abstract class PortQueue
{
    private protected QueueGate _gate = QueueGate.CreateClosed();
    private protected QueueCounters _counters;
    private protected IPacketTap? _tap;

    private protected PortQueue(Port port, int index)
    {
        Port = port;
        Index = index;
    }

    /// <summary>The port the queue is part of.</summary>
    public Port Port { get; }

    /// <summary>The queue's number in its port.</summary>
    public int Index { get; }

    /// <summary>The counters; the driver adds errors and drops, everybody else reads.</summary>
    public ref QueueCounters Counters => ref _counters;

    /// <summary>How full the queue's ring is; null where the driver cannot tell from another thread than the lcore's.</summary>
    public virtual RingLevel? RingLevel => null;

    internal virtual void Open() => _gate.Open();

    internal void Close() => _gate.Close();

    internal bool WaitUntilLeft(long deadline) => _gate.WaitUntilLeft(deadline);

    /// <summary>Sets or takes away the tap. The lcore may be inside; it sees the tap before the flag, or none.</summary>
    internal void SetTap(IPacketTap? tap)
    {
        Volatile.Write(ref _tap, tap);
        _gate.SetObserved(tap != null);
    }
}
