namespace PollIO.Capture;

/// <summary>The file format of a capture.</summary>
public enum CaptureFormat
{
    /// <summary>pcap with time stamps in microseconds (draft-ietf-opsawg-pcap).</summary>
    PcapMicroseconds,

    /// <summary>pcap with time stamps in nanoseconds (draft-ietf-opsawg-pcap).</summary>
    PcapNanoseconds,

    /// <summary>pcapng, whose resolution each interface states for itself (draft-ietf-opsawg-pcapng).</summary>
    Pcapng,
}
