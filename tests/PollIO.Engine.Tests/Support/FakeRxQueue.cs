using PollIO.Interop;

namespace PollIO.Tests;

/// <summary>Gives packets out of the pool on demand.</summary>
internal sealed unsafe class FakeRxQueue : RxQueue, IDisposable
{
    private readonly FakePort _port;
    private readonly int _descriptor = -1;
    private PacketSource _source;
    private int _offered;
    private int _armed;
    private int _violations;

    internal FakeRxQueue(FakePort port, int index, PacketPool pool, bool interrupts)
        : base(port, index)
    {
        _port = port;
        _source = new PacketSource(pool, port, PacketLength);
        if (interrupts)
        {
            _descriptor = Libc.EventFd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        }
    }

    /// <summary>Bytes of every packet.</summary>
    internal const int PacketLength = 60;

    /// <summary>Whether packets arrive without end; else <see cref="Offer"/> brings them.</summary>
    internal bool Endless { get; set; }

    /// <summary>Bursts that ran while the device was stopped.</summary>
    internal int Violations => Volatile.Read(ref _violations);

    /// <summary>Whether an lcore has asked for an interrupt.</summary>
    internal bool IsArmed => Volatile.Read(ref _armed) != 0;

    public override int InterruptDescriptor => _descriptor;

    /// <summary>Lets packets arrive, from any thread, and raises the interrupt when it is armed.</summary>
    internal void Offer(int packets)
    {
        Interlocked.Add(ref _offered, packets);
        if (Interlocked.Exchange(ref _armed, 0) != 0)
        {
            ulong one = 1;
            _ = Libc.Write(_descriptor, &one, sizeof(ulong));
        }
    }

    internal void End(PollIOException? error = null) => Complete(new QueueCompletion(error));

    public override void ArmInterrupt()
    {
        CountViolation();
        Interlocked.Exchange(ref _armed, 1);
    }

    public override void DisarmInterrupt()
    {
        CountViolation();
        Interlocked.Exchange(ref _armed, 0);
        ulong count;
        _ = Libc.Read(_descriptor, &count, sizeof(ulong));
    }

    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = Libc.Close(_descriptor);
        }
    }

    protected override Burst ReceiveBurst(Span<Packet> packets)
    {
        CountViolation();
        int arrived = Endless ? packets.Length : Math.Min(Volatile.Read(ref _offered), packets.Length);
        if (arrived == 0)
        {
            return Burst.None;
        }

        int count = _source.Take(packets[..arrived]);
        if (count != arrived)
        {
            Counters.Drop(DropCause.NoPacket, arrived - count);
        }

        if (!Endless)
        {
            Interlocked.Add(ref _offered, -arrived);
        }

        return new Burst(count, (long)count * PacketLength);
    }

    private void CountViolation()
    {
        if (!_port.IsRunning)
        {
            Interlocked.Increment(ref _violations);
        }
    }
}
