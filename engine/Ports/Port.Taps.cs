namespace PollIO;

/// <content>What watches the port's packets.</content>
public abstract partial class Port
{
    private IPacketTap? _tap;
    private IPacketTap[] _furtherTaps = [];

    /// <summary>Raised once while the port is being disposed: it is stopped, its queues and counters are final and still there.</summary>
    internal event Action<Port>? Closing;

    /// <summary>Shows every packet of the port's queues to <paramref name="tap"/>; null takes the tap away. Works while the port runs.</summary>
    /// <remarks>
    /// When it returns, no lcore is inside the former tap. The tap stays when the port is configured anew. Captures have taps of their
    /// own (<see cref="Capture.PacketCapture"/>), which this neither sees nor takes away.
    /// </remarks>
    public void AttachTap(IPacketTap? tap) => ChangeTaps(nameof(AttachTap), () => _tap = tap);

    /// <summary>Adds a tap beside those that are there.</summary>
    internal void AddTap(IPacketTap tap) => ChangeTaps(nameof(AddTap), () => _furtherTaps = [.. _furtherTaps, tap]);

    /// <summary>Takes away what <see cref="AddTap"/> added; when it returns, no lcore is inside. A disposed port has none.</summary>
    internal void RemoveTap(IPacketTap tap)
    {
        lock (ControlLock)
        {
            if (State != PortState.Disposed)
            {
                ChangeTaps(nameof(RemoveTap), () => _furtherTaps = [.. _furtherTaps.Where(other => other != tap)]);
            }
        }
    }

    private void ChangeTaps(string operation, Action change)
    {
        ThrowIfOnLCore(operation);
        lock (ControlLock)
        {
            ThrowUnless(State is PortState.Stopped or PortState.Started, operation);
            change();
            SetTaps();

            // The gates stay open: a closed one would cost a forwarder the burst it has in hand. Whoever was inside when the
            // tap changed has left once it has been seen outside.
            Interlocked.MemoryBarrierProcessWide();
            WaitUntilQueuesAreLeft();
        }
    }

    /// <summary>Puts the taps before the queues; lcores may be inside, and see the former or the new one.</summary>
    private void SetTaps()
    {
        IPacketTap[] taps = _tap is null ? _furtherTaps : [_tap, .. _furtherTaps];
        IPacketTap? tap = taps.Length > 1 ? new TapSet(taps) : taps.FirstOrDefault();
        Array.ForEach(_rxQueues, queue => queue.SetTap(tap));
        Array.ForEach(_txQueues, queue => queue.SetTap(tap));
    }
}
