using System.Runtime.CompilerServices;
using PollIO.Diagnostics;

namespace PollIO;

/// <summary>One transmit queue of a port. It belongs to one lcore at a time.</summary>
public abstract class TxQueue : PortQueue
{
    private volatile PollIOException? _fault;

    /// <summary>Creates queue <paramref name="index"/> of <paramref name="port"/>, closed until the port starts.</summary>
    protected TxQueue(Port port, int index)
        : base(port, index)
    {
    }

    /// <summary>What made the queue drop everything from then on (a full disk, a device that is gone), or null.</summary>
    public PollIOException? Fault => _fault;

    /// <summary>Sends packets, in order. Never blocks, never throws for traffic.</summary>
    /// <returns>
    /// How many the port took; they are the port's, the rest stay the caller's. Fewer than offered means the ring is full (or the
    /// port stopped) and nothing else: a packet that can never be sent is taken, freed and counted by cause.
    /// </returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Transmit(ReadOnlySpan<Packet> packets)
    {
        if (PacketTracking.Enabled || !_gate.TryEnterUnobserved())
        {
            return TransmitSlow(packets);
        }

        Burst burst = TransmitBurst(packets);
        _counters.Packets += burst.Packets;
        _counters.Bytes += burst.Bytes;
        _gate.Leave();
        return burst.Packets;
    }

    /// <summary>
    /// The driver's transmit. Must not throw, block or allocate. Packets it drops count as taken: it hands them to
    /// <see cref="Drop"/> and leaves their bytes out.
    /// </summary>
    protected abstract Burst TransmitBurst(ReadOnlySpan<Packet> packets);

    /// <summary>
    /// For drivers whose <see cref="DmaDomain"/> does not reach every pool: copies <paramref name="packet"/> into the port's own
    /// pool, counted, and frees the original.
    /// </summary>
    /// <returns>The copy, or a null handle when the pool was dry and the packet was dropped and counted.</returns>
    protected Packet CopyToOwnPool(Packet packet)
    {
        Packet copy = PacketCopy.TryCopy(packet, Port.Config.Pool);
        if (copy.IsNull)
        {
            Drop(new ReadOnlySpan<Packet>(in packet), DropCause.Unreachable);
            return copy;
        }

        _counters.Copied++;
        packet.Free();
        return copy;
    }

    /// <summary>For drivers: frees packets that can never be sent and counts them. They stay part of what the burst consumed.</summary>
    protected void Drop(ReadOnlySpan<Packet> packets, DropCause cause)
    {
        PacketPool.Free(packets);
        _counters.Drop(cause, packets.Length);

        // Transmit counts whole bursts; what was consumed but not sent comes off again.
        _counters.Packets -= packets.Length;
    }

    /// <summary>For drivers: records that nothing can be sent any more. The first call counts.</summary>
    protected void Fail(PollIOException error)
    {
        if (Interlocked.CompareExchange(ref _fault, error, null) is null)
        {
            PollIOEventSource.Log.TransmitFault(Port.Name, error.Message);
        }
    }

    // Taps and ownership checks may throw; the exception ends the lcore, and Stop must not wait for it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int TransmitSlow(ReadOnlySpan<Packet> packets)
    {
        if (!_gate.TryEnter())
        {
            return 0;
        }

        try
        {
            IPacketTap? tap = Volatile.Read(ref _tap);
            tap?.Transmitting(this, packets);
            if (PacketTracking.Enabled)
            {
                PacketTracking.HandedToPort(packets, Port);
            }

            Burst burst = TransmitBurst(packets);
            _counters.Packets += burst.Packets;
            _counters.Bytes += burst.Bytes;
            if (PacketTracking.Enabled)
            {
                PacketTracking.HandedBack(packets[burst.Packets..]);
            }

            tap?.Transmitted(this, burst.Packets);
            return burst.Packets;
        }
        finally
        {
            _gate.Leave();
        }
    }
}
