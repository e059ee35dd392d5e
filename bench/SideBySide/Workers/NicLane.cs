using System.Runtime.InteropServices;

namespace PollIO.SideBySide.Workers;

/// <summary>What is done on a NIC in one direction: forward to another, receive and free, or make and send.</summary>
internal sealed class NicLane(RxQueue? rx, TxQueue? tx, PacketPool pool, Port source, byte[] frame, int burst)
{
    private readonly ForwardLane? _forward = rx is null ? null : new ForwardLane(rx, tx, burst);
    private readonly TxQueue? _tx = tx;
    private readonly ulong[] _frame = MemoryMarshal.Cast<byte, ulong>(frame).ToArray();
    private readonly Packet[] _packets = new Packet[burst];
    private PacketSource _source = new(pool, source, frame.Length);
    private int _sent;
    private int _made;
    private int _bursts;

    /// <summary>Packets a TX ring refused.</summary>
    internal long Dropped => _forward?.Dropped ?? 0;

    /// <summary>Asks a forwarding lane for packets of its own.</summary>
    internal void Inject(int bursts) => Interlocked.Add(ref _bursts, bursts);

    internal int Forward()
    {
        if (Volatile.Read(ref _bursts) > 0)
        {
            Interlocked.Decrement(ref _bursts);
            Send();
        }

        return _forward!.Forward();
    }

    internal int Receive() => _forward!.ReceiveAndFree();

    /// <summary>Sends a burst of fresh packets, or what the ring refused of the last.</summary>
    internal int Send()
    {
        Span<Packet> packets = _packets;
        if (_sent == _made)
        {
            _sent = 0;
            _made = _source.Take(packets);
            foreach (Packet packet in packets[.._made])
            {
                Write(packet);
            }
        }

        int taken = _tx!.Transmit(packets[_sent.._made]);
        _sent += taken;
        return taken;
    }

    /// <summary>Copies the frame by words, as testpmd's compiler copies its headers: a general copy is a call.</summary>
    private void Write(Packet packet)
    {
        Span<ulong> to = MemoryMarshal.Cast<byte, ulong>(packet.Data);
        ulong[] from = _frame;
        for (int i = 0; i < from.Length && i < to.Length; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>Gives back what was not sent; the lcore has ended.</summary>
    internal void Release()
    {
        PacketPool.Free(_packets.AsSpan(_sent, _made - _sent));
        _sent = _made;
    }
}
