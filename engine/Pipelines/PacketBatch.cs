namespace PollIO.Pipelines;

/// <summary>
/// The packets of one read, for those who want bursts: valid until the enumerator's next MoveNextAsync, which frees what was not
/// detached or forwarded.
/// </summary>
public sealed class PacketBatch
{
    private PacketView[] _packets = new PacketView[64];
    private PacketPipeReader? _reader;

    internal PacketBatch()
    {
    }

    /// <summary>Packets in the batch, at least one.</summary>
    public int Count { get; private set; }

    /// <summary>A packet of the batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such packet.</exception>
    public ref readonly PacketView this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return ref _packets[index];
        }
    }

    /// <summary>The packets, for a loop without bounds checks.</summary>
    public ReadOnlySpan<PacketView> Packets => _packets.AsSpan(0, Count);

    /// <summary>Takes a packet out: it is the caller's to write to, to free or to hand on.</summary>
    /// <exception cref="InvalidOperationException">It was detached or forwarded before, or the batch is over.</exception>
    public Packet Detach(int index)
    {
        ref readonly PacketView packet = ref this[index];
        return _reader!.Detach(in packet);
    }

    internal void Begin(PacketPipeReader reader)
    {
        _reader = reader;
        Count = 0;
    }

    internal void Add(in PacketView packet)
    {
        if (Count == _packets.Length)
        {
            Array.Resize(ref _packets, Count * 2);
        }

        _packets[Count++] = packet;
    }

    /// <summary>Forgets the packets, so that a batch kept too long says so.</summary>
    internal void End()
    {
        Array.Clear(_packets, 0, Count);
        Count = 0;
    }
}
