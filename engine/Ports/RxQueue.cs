using System.Runtime.CompilerServices;
using PollIO.Diagnostics;

namespace PollIO;

/// <summary>One receive queue of a port. It belongs to one lcore at a time.</summary>
public abstract class RxQueue : PortQueue
{
    private volatile QueueCompletion? _completion;
    private volatile IdleWait? _sleeper;

    /// <summary>Creates queue <paramref name="index"/> of <paramref name="port"/>, closed until the port starts.</summary>
    protected RxQueue(Port port, int index)
        : base(port, index)
    {
        // Made on the control thread, so that an lcore that comes to the end of its source allocates nothing.
        _ = QueueCompletion.EndOfSource;
    }

    /// <summary>
    /// Why no packet will come any more, or null while one may: a capture file has ended, a device is gone. Poll loops end when
    /// every queue they poll is complete.
    /// </summary>
    public QueueCompletion? Completion => _completion;

    /// <summary>
    /// A descriptor that becomes readable when packets arrive after <see cref="ArmInterrupt"/>, or -1. Fixed once the queue is made.
    /// </summary>
    public virtual int InterruptDescriptor => -1;

    /// <summary>Takes up to <c>packets.Length</c> packets that have arrived. Never blocks, never throws for traffic.</summary>
    /// <returns>How many were taken; they are the caller's to free or hand on. 0 while the port is stopped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Receive(Span<Packet> packets)
    {
        if (PacketTracking.Enabled || !_gate.TryEnterUnobserved())
        {
            return ReceiveSlow(packets);
        }

        Burst burst = ReceiveBurst(packets);
        _counters.Packets += burst.Packets;
        _counters.Bytes += burst.Bytes;
        _gate.Leave();
        return burst.Packets;
    }

    /// <summary>
    /// Asks for <see cref="InterruptDescriptor"/> to become readable on the next arrival; the lcore polls once more after it. Called
    /// like <see cref="ReceiveBurst"/>, never while the port is stopped.
    /// </summary>
    public virtual void ArmInterrupt()
    {
    }

    /// <summary>Takes the arming back and quiets the descriptor, after the wait; not called when the port was stopped meanwhile.</summary>
    public virtual void DisarmInterrupt()
    {
    }

    /// <summary>The driver's receive: fills <paramref name="packets"/> from the front. Must not throw, block or allocate.</summary>
    protected abstract Burst ReceiveBurst(Span<Packet> packets);

    /// <summary>Says that no packet will come any more, and wakes an lcore that waits for one. The first call counts.</summary>
    protected void Complete(QueueCompletion completion)
    {
        // The exchange is a full fence between the completion and the sleeper; its other side is in Arm.
        bool first = Interlocked.CompareExchange(ref _completion, completion, null) is null;
        _sleeper?.Wake();
        if (first)
        {
            PollIOEventSource.Log.QueueCompleted(this, completion);
        }
    }

    internal void ClearCompletion() => _completion = null;

    internal override void Open()
    {
        base.Open();

        // Before it the gate is open, after it the sleeper is read; Arm has them the other way round. An lcore that went to sleep
        // on a stopped port has armed nothing and would sleep on.
        MemoryOrder.FullFence();
        _sleeper?.Wake();
    }

    /// <summary>Prepares an interrupt wait; completion and the port's start wake <paramref name="sleeper"/> from now on.</summary>
    /// <returns>What to wait on, or -1 while the port is stopped.</returns>
    internal int Arm(IdleWait sleeper)
    {
        _sleeper = sleeper;

        // Before it the sleeper is there to be woken, after it come the reads of the gate and of the completion.
        MemoryOrder.FullFence();
        if (!_gate.TryEnter())
        {
            return -1;
        }

        ArmInterrupt();
        _gate.Leave();
        return InterruptDescriptor;
    }

    /// <summary>Ends what <see cref="Arm"/> began.</summary>
    internal void Disarm()
    {
        _sleeper = null;
        if (_gate.TryEnter())
        {
            DisarmInterrupt();
            _gate.Leave();
        }
    }

    // Taps and ownership checks may throw; the exception ends the lcore, and Stop must not wait for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ReceiveSlow(Span<Packet> packets)
    {
        if (!_gate.TryEnter())
        {
            return 0;
        }

        try
        {
            Burst burst = ReceiveBurst(packets);
            _counters.Packets += burst.Packets;
            _counters.Bytes += burst.Bytes;
            if (burst.Packets != 0)
            {
                Observe(packets[..burst.Packets]);
            }

            return burst.Packets;
        }
        finally
        {
            _gate.Leave();
        }
    }

    private void Observe(ReadOnlySpan<Packet> packets)
    {
        if (PacketTracking.Enabled)
        {
            PacketTracking.ReceivedFromPort(packets);
        }

        try
        {
            Volatile.Read(ref _tap)?.Received(this, packets);
        }
        catch
        {
            // The caller will not hear of them.
            PacketPool.Free(packets);
            throw;
        }
    }
}
