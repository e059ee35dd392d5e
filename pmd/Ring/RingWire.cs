namespace PollIO.Pmd.Ring;

/// <summary>The wire between two <c>ring:</c> ports: for each queue a ring in either direction. Lives while an end is open.</summary>
internal sealed class RingWire
{
    internal const int MaxQueues = 16;

    private static readonly Lock s_lock = new();
    private static readonly Dictionary<string, RingWire> s_wires = new(StringComparer.Ordinal);

    private readonly string _name;
    private readonly SpscRing<Packet>[] _rings = new SpscRing<Packet>[2 * MaxQueues];
    private readonly RingPort?[] _ends = new RingPort?[2];

    private RingWire(string name, int size)
    {
        _name = name;
        Size = size;
    }

    internal int Size { get; }

    /// <summary>Joins the wire called <paramref name="name"/>, laying it when this is the first end.</summary>
    /// <returns>The wire, and which end of it the port is.</returns>
    /// <exception cref="PollIOException">Both ends are taken, or the sizes differ.</exception>
    internal static (RingWire Wire, int End) Join(string name, int size, bool sizeGiven, string spec)
    {
        lock (s_lock)
        {
            if (!s_wires.TryGetValue(name, out RingWire? wire))
            {
                wire = new RingWire(name, size);
                s_wires.Add(name, wire);
            }

            int end = Array.IndexOf(wire._ends, null);
            if (end < 0)
            {
                throw new PollIOException("open port", spec, $"both ends of wire '{name}' are taken; a wire joins two ports");
            }

            return sizeGiven && wire.Size != size
                ? throw new PollIOException("open port", spec, $"the other end has size={wire.Size}, and both must agree")
                : (wire, end);
        }
    }

    internal void Attach(int end, RingPort port)
    {
        lock (s_lock)
        {
            _ends[end] = port;
        }
    }

    internal void Leave(int end)
    {
        lock (s_lock)
        {
            _ends[end] = null;
            if (_ends[1 - end] is null)
            {
                s_wires.Remove(_name);
                Array.ForEach(_rings, FreePackets);
            }
        }
    }

    /// <summary>The ring that <paramref name="end"/> transmits queue <paramref name="queue"/> into; the other end receives from it.</summary>
    internal SpscRing<Packet> RingFrom(int end, int queue)
    {
        lock (s_lock)
        {
            return _rings[(end * MaxQueues) + queue] ??= new SpscRing<Packet>(Size);
        }
    }

    /// <summary>Frees what was sent after the receiving end had stopped; no lcore reaches the ring any more.</summary>
    private static void FreePackets(SpscRing<Packet>? ring)
    {
        Span<Packet> packets = stackalloc Packet[64];
        for (int count = ring?.DequeueBurst(packets) ?? 0; count != 0; count = ring!.DequeueBurst(packets))
        {
            PacketPool.Free(packets[..count]);
        }
    }
}
