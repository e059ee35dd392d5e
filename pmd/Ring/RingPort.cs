using PollIO.Wire;

namespace PollIO.Pmd.Ring;

/// <summary>
/// <c>ring:name</c> — one end of a software wire: what one end transmits, the other receives, the packets themselves and
/// without a copy. The two ends may be polled by different lcores.
/// </summary>
public sealed class RingPort : Port
{
    private const int DefaultSize = 1024;

    private readonly RingWire _wire;
    private readonly int _end;

    private RingPort(string name, RingWire wire, int end)
        : base(name, new PortCapabilities
        {
            MaxRxQueues = RingWire.MaxQueues,
            MaxTxQueues = RingWire.MaxQueues,
            MinRingSize = wire.Size,
            MaxRingSize = wire.Size,
            DefaultRingSize = wire.Size,
            SendsPartialChecksums = true,
        })
    {
        _wire = wire;
        _end = end;
        wire.Attach(end, this);
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => new(0x02_00_00_01_00_00UL | Id);

    internal static RingPort Open(PortSpec spec)
    {
        if (!spec.Address.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new PollIOException("open port", spec.Text, $"'{spec.Address}' is no wire name: letters, digits, '-', '_' and '.' are");
        }

        int size = spec.GetInt32("size", DefaultSize, min: 2, max: 32768);
        if (!int.IsPow2(size))
        {
            throw new PollIOException("open port", spec.Text, $"size={size}: a power of two is wanted");
        }

        (RingWire wire, int end) = RingWire.Join(spec.Address, size, spec.TryGetValue("size", out _), spec.Text);
        return new RingPort(spec.Text, wire, end);
    }

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config) => (
        [.. Enumerable.Range(0, config.RxQueues).Select(index => new RingRxQueue(this, index, _wire.RingFrom(1 - _end, index)))],
        [.. Enumerable.Range(0, config.TxQueues).Select(index => new RingTxQueue(this, index, _wire.RingFrom(_end, index)))]);

    /// <inheritdoc/>
    protected override void StartCore()
    {
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        // Only the receiving side may take from a ring, and its lcore is outside: what the peer has sent is freed here. What we
        // sent is the peer's to receive, or to free when it stops.
        foreach (RingRxQueue queue in RxQueues.Cast<RingRxQueue>())
        {
            queue.Drain();
        }
    }

    /// <inheritdoc/>
    protected override void DisposeCore() => _wire.Leave(_end);
}
