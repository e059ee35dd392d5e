namespace PollIO.SideBySide.Dpdk;

/// <summary>One port of <c>show port stats all</c>.</summary>
/// <param name="Port">Port number.</param>
/// <param name="RxPackets">Packets received since the start.</param>
/// <param name="TxPackets">Packets sent since the start.</param>
/// <param name="RxPerSecond">Packets a second received since the last showing, by testpmd's own clock.</param>
/// <param name="TxPerSecond">Packets a second sent since the last showing.</param>
internal readonly record struct PortReading(int Port, long RxPackets, long TxPackets, double RxPerSecond, double TxPerSecond);
