namespace PollIO.Tests;

/// <summary>Frees what it is sent, or keeps it in a ring until told to free it.</summary>
internal sealed class FakeTxQueue(FakePort port, int index, int ringSize) : TxQueue(port, index)
{
    private readonly FakePort _port = port;
    private readonly Packet[] _held = new Packet[ringSize];
    private int _heldCount;
    private int _violations;

    /// <summary>Whether packets stay in the ring; else they are freed at once.</summary>
    internal bool Keeps { get; set; }

    /// <summary>Longest packet that can be sent; others are dropped as too long.</summary>
    internal int MaxLength { get; set; } = int.MaxValue;

    /// <summary>Packets in the ring.</summary>
    internal ReadOnlySpan<Packet> Held => _held.AsSpan(0, _heldCount);

    /// <summary>Bursts that ran while the device was stopped.</summary>
    internal int Violations => Volatile.Read(ref _violations);

    /// <summary>Sends what is in the ring.</summary>
    internal void Complete()
    {
        PacketPool.Free(Held);
        _heldCount = 0;
    }

    /// <summary>Counts what is in the ring as dropped by the stop.</summary>
    internal void Abandon()
    {
        Drop(Held, DropCause.Stopped);
        _heldCount = 0;
    }

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        if (!_port.IsRunning)
        {
            Interlocked.Increment(ref _violations);
        }

        int taken = 0;
        long bytes = 0;
        foreach (Packet offered in packets)
        {
            if (_heldCount == _held.Length)
            {
                break;
            }

            taken++;
            Packet packet = offered;
            if (packet.Length > MaxLength)
            {
                Drop(new ReadOnlySpan<Packet>(in packet), DropCause.TooLong);
                continue;
            }

            if (_port.Domain?.Reaches(packet.DataAddress) == false)
            {
                packet = CopyToOwnPool(packet);
                if (packet.IsNull)
                {
                    continue;
                }
            }

            bytes += packet.Length;
            _held[_heldCount++] = packet;
            if (!Keeps)
            {
                Complete();
            }
        }

        return new Burst(taken, bytes);
    }
}
