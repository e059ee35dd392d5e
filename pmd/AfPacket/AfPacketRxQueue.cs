using System.Runtime.CompilerServices;

namespace PollIO.Pmd.AfPacket;

/// <summary>What both ring versions share: the socket, the turning of frames into packets, drops, the end of the interface.</summary>
internal abstract class AfPacketRxQueue(Port port, int index, PacketSocket socket, FrameReceiver receiver) : RxQueue(port, index), IDisposable
{
    public override int InterruptDescriptor => Socket.Descriptor;

    internal FrameReceiver Receiver { get; } = receiver;

    internal PacketSocket Socket { get; } = socket;

    // The ring itself is the interrupt; only an old error would end the wait at once, again and again.
    public override void ArmInterrupt() => Socket.ClearError();

    public void Dispose() => Socket.Dispose();

    /// <summary>Drops what arrived while nobody was to receive it; the gate is closed.</summary>
    internal void PrepareStart() => Counters.Drop(DropCause.Stopped, DiscardRing() + (int)Socket.TakeDrops());

    /// <summary>Drops what arrived and nobody took, and reads the kernel's drops a last time; the gate is closed.</summary>
    internal void Stop()
    {
        Counters.Drop(DropCause.Stopped, Receiver.DropPending() + DiscardRing());
        CountKernelDrops();
    }

    /// <summary>Says that the interface is gone.</summary>
    internal void Fail(PollIOException error) => Complete(new QueueCompletion(error));

    /// <summary>Hands every frame of the ring back to the kernel.</summary>
    /// <returns>How many there were.</returns>
    protected abstract int DiscardRing();

    [MethodImpl(MethodImplOptions.NoInlining)]
    protected void CountKernelDrops() => Counters.Drop(DropCause.Missed, (int)Socket.TakeDrops());

    protected Burst TakePending(Span<Packet> packets)
    {
        int count = Receiver.TakePending(packets);
        return new Burst(count, CountBytes(packets[..count]));
    }

    protected static long CountBytes(ReadOnlySpan<Packet> packets)
    {
        long bytes = 0;
        foreach (Packet packet in packets)
        {
            bytes += packet.Length;
        }

        return bytes;
    }

    protected static long ToNanoseconds(uint seconds, uint nanoseconds) => (seconds * 1_000_000_000L) + nanoseconds;
}
