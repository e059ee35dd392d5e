namespace PollIO.Apps.Common.Reporting;

/// <summary>One port's counters at one moment; also their growth between two.</summary>
/// <param name="RxPackets">Packets received.</param>
/// <param name="RxBytes">Their bytes.</param>
/// <param name="TxPackets">Packets sent.</param>
/// <param name="TxBytes">Their bytes.</param>
/// <param name="RxDrops">Packets lost before they were received.</param>
/// <param name="TxDrops">Packets received that were not sent: refused by this port's ring, impossible to send, or not answered.</param>
internal readonly record struct PortReading(long RxPackets, long RxBytes, long TxPackets, long TxBytes, long RxDrops, long TxDrops)
{
    internal long Drops => RxDrops + TxDrops;

    public static PortReading operator +(in PortReading left, in PortReading right) => new(
        left.RxPackets + right.RxPackets,
        left.RxBytes + right.RxBytes,
        left.TxPackets + right.TxPackets,
        left.TxBytes + right.TxBytes,
        left.RxDrops + right.RxDrops,
        left.TxDrops + right.TxDrops);

    public static PortReading operator -(in PortReading left, in PortReading right) => new(
        left.RxPackets - right.RxPackets,
        left.RxBytes - right.RxBytes,
        left.TxPackets - right.TxPackets,
        left.TxBytes - right.TxBytes,
        left.RxDrops - right.RxDrops,
        left.TxDrops - right.TxDrops);
}
