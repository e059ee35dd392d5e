namespace PollIO.Capture;

/// <summary>What a capture file says of one packet; its bytes come beside it as a span.</summary>
/// <param name="TimestampNs">
/// Nanoseconds since 1970-01-01 00:00:00 UTC, finer units rounded towards the past; 0 without <paramref name="HasTimestamp"/>.
/// </param>
/// <param name="HasTimestamp">
/// False when the record has no time stamp (pcapng's simple packet block) or one beyond what 64 bits of nanoseconds hold (the years 1677
/// to 2262).
/// </param>
/// <param name="CapturedLength">Bytes stored in the file, the length of the data span.</param>
/// <param name="OriginalLength">
/// Bytes the packet had on the wire, never less than <paramref name="CapturedLength"/>: a file that says less is read as saying the same
/// (draft-ietf-opsawg-pcap §5, draft-ietf-opsawg-pcapng §4.3).
/// </param>
/// <param name="InterfaceIndex">Which interface of its pcapng section captured it, counted from 0; always 0 in pcap.</param>
/// <param name="Direction">Which way it went, where the file says so.</param>
public readonly record struct CaptureRecord(
    long TimestampNs,
    bool HasTimestamp,
    int CapturedLength,
    int OriginalLength,
    int InterfaceIndex,
    PacketDirection Direction);
