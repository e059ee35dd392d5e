using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>One receive queue of a port. It belongs to one lcore at a time.</summary>
public abstract class RxQueue
{
    private QueueGate _gate = QueueGate.CreateClosed();
    private QueueCounters _counters;
    private IPacketTap? _tap;
    private volatile QueueCompletion? _completion;

    /// <summary>Creates queue <paramref name="index"/> of <paramref name="port"/>, closed until the port starts.</summary>
    protected RxQueue(Port port, int index)
    {
        Port = port;
        Index = index;
    }

    /// <summary>The port the queue is part of.</summary>
    public Port Port { get; }

    /// <summary>The queue's number in its port.</summary>
    public int Index { get; }

    /// <summary>
    /// Why no packet will come any more, or null while one may: a capture file has ended, a device is gone. Poll loops end when
    /// every queue they poll is complete.
    /// </summary>
    public QueueCompletion? Completion => _completion;

    /// <summary>A descriptor that becomes readable when packets arrive after <see cref="ArmInterrupt"/>, or -1.</summary>
    public virtual int InterruptDescriptor => -1;

    /// <summary>The counters; the driver adds errors and drops, everybody else reads.</summary>
    public ref QueueCounters Counters => ref _counters;

    /// <summary>Takes up to <c>packets.Length</c> packets that have arrived. Never blocks, never throws for traffic.</summary>
    /// <returns>How many were taken; they are the caller's to free or hand on. 0 while the port is stopped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Receive(Span<Packet> packets)
    {
        if (!_gate.TryEnter())
        {
            return 0;
        }

        Burst burst = ReceiveBurst(packets);
        if (burst.Packets != 0)
        {
            _counters.Packets += burst.Packets;
            _counters.Bytes += burst.Bytes;
            if (PacketTracking.Enabled || _tap != null)
            {
                ObserveSlow(packets[..burst.Packets]);
            }
        }

        _gate.Leave();
        return burst.Packets;
    }

    /// <summary>Asks for <see cref="InterruptDescriptor"/> to become readable on the next arrival. Poll once more after arming.</summary>
    public virtual void ArmInterrupt()
    {
    }

    /// <summary>Takes the arming back, after the wait.</summary>
    public virtual void DisarmInterrupt()
    {
    }

    /// <summary>The driver's receive: fills <paramref name="packets"/> from the front. Must not throw, block or allocate.</summary>
    protected abstract Burst ReceiveBurst(Span<Packet> packets);

    /// <summary>Says that no packet will come any more. The first call counts.</summary>
    protected void Complete(QueueCompletion completion) => Interlocked.CompareExchange(ref _completion, completion, null);

    internal void ClearCompletion() => _completion = null;

    internal void Open() => _gate.Open();

    internal bool TryClose(TimeSpan timeout) => _gate.Close(timeout);

    internal void SetTap(IPacketTap? tap) => _tap = tap;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ObserveSlow(ReadOnlySpan<Packet> packets)
    {
        if (PacketTracking.Enabled)
        {
            PacketTracking.ReceivedFromPort(packets);
        }

        _tap?.Received(this, packets);
    }
}
