namespace PollIO.Capture;

/// <summary>What packets need to know of the interface that captured them (draft-ietf-opsawg-pcapng §4.2).</summary>
/// <param name="LinkType">What its packets are.</param>
/// <param name="SnapLength">The most bytes captured of a packet; 0 for no limit.</param>
/// <param name="Unit">How its time stamps count.</param>
internal readonly record struct PcapngInterface(int LinkType, uint SnapLength, TimestampUnit Unit);
