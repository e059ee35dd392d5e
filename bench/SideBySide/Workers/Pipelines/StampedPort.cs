using PollIO.Wire;

namespace PollIO.SideBySide.Workers.Pipelines;

/// <summary>A port whose every packet was written by the polling core: a sequence number, the time, and 64 bytes.</summary>
internal sealed class StampedPort() : Port("stamped:", new PortCapabilities { MaxRxQueues = 1, MaxTxQueues = 1, RingsHoldPackets = false, MinDataRoom = StampedFrame.Length })
{
    public override MacAddress MacAddress => new(0x02_00_00_00_00_00UL | Id);

    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config) => ([new StampedRxQueue(this, config.Pool)], []);

    protected override void StartCore()
    {
    }

    protected override void StopCore()
    {
    }

    protected override void DisposeCore()
    {
    }
}
