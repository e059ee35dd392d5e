namespace PollIO.Capture;

/// <summary>How much a <see cref="PacketCapture"/> holds between the lcores and the file.</summary>
public sealed record PacketCaptureOptions
{
    /// <summary>Packets that may wait to be written, all queues together.</summary>
    public int Packets { get; init; } = 16384;

    /// <summary>Packets of one queue that may wait to be written; rounded up to a power of two.</summary>
    public int RingSize { get; init; } = 4096;

    /// <summary>The most bytes stored of a packet, 1 to <see cref="PcapngWriter.MaxCapturedLength"/>.</summary>
    public int SnapLength { get; init; } = PcapngWriter.MaxCapturedLength;

    /// <summary>Chooses what is captured, or null for everything. Asked on the lcore, before a packet is copied.</summary>
    public PacketFilter? Filter { get; init; }
}
