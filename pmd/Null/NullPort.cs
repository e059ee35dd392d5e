using PollIO.Wire;

namespace PollIO.Pmd.Null;

/// <summary>
/// <c>null:</c> — a source that never runs dry and a sink that never fills, at no cost of their own: what DPDK calls net_null.
/// Receiving takes packets from the pool and leaves their contents as they are; transmitting frees them.
/// </summary>
public sealed class NullPort : Port
{
    private readonly int _packetLength;

    /// <summary>Opens a port whose packets have <paramref name="packetLength"/> bytes.</summary>
    public NullPort(string name, int packetLength = 64)
        : base(name, new PortCapabilities
        {
            MaxRxQueues = 64,
            MaxTxQueues = 64,
            RingsHoldPackets = false,
            MinDataRoom = packetLength,
        })
    {
        _packetLength = packetLength;
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => new(0x02_00_00_00_00_00UL | Id);

    internal static NullPort Open(PortSpec spec) => new(spec.Text, spec.GetInt32("size", fallback: 64, min: 14, max: 65000));

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config) => (
        [.. Enumerable.Range(0, config.RxQueues).Select(index => new NullRxQueue(this, index, config.Pool, _packetLength))],
        [.. Enumerable.Range(0, config.TxQueues).Select(index => new NullTxQueue(this, index))]);

    /// <inheritdoc/>
    protected override void StartCore()
    {
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
    }
}
