namespace PollIO;

/// <summary>What is known of a received packet; part of the hot metadata line.</summary>
[Flags]
public enum PacketFlags : ushort
{
    /// <summary>Nothing is known.</summary>
    None = 0,

    /// <summary>The port verified the IPv4 header checksum and it is right.</summary>
    IpChecksumGood = 1 << 0,

    /// <summary>The port verified the IPv4 header checksum and it is wrong.</summary>
    IpChecksumBad = 1 << 1,

    /// <summary>The port verified the TCP or UDP checksum and it is right.</summary>
    L4ChecksumGood = 1 << 2,

    /// <summary>The port verified the TCP or UDP checksum and it is wrong.</summary>
    L4ChecksumBad = 1 << 3,

    /// <summary>
    /// The checksum is unfinished: <see cref="PacketMetadata.ChecksumStart"/> and <see cref="PacketMetadata.ChecksumOffset"/>
    /// say where. A kernel or VM peer left it to the wire; a TX port that cannot finish it has it finished in software.
    /// </summary>
    ChecksumPartial = 1 << 4,

    /// <summary><see cref="PacketMetadata.VlanTci"/> holds a tag that was taken out of the frame.</summary>
    VlanStripped = 1 << 5,

    /// <summary><see cref="PacketMetadata.OuterVlanTci"/> holds the second tag that was taken out of the frame.</summary>
    OuterVlanStripped = 1 << 6,

    /// <summary><see cref="PacketMetadata.RssHash"/> is valid.</summary>
    RssHash = 1 << 7,

    /// <summary><see cref="PacketMetadata.Timestamp"/> is valid.</summary>
    Timestamp = 1 << 8,

    /// <summary>
    /// The frame on the wire was longer than what is here: <see cref="PacketMetadata.OriginalLength"/> holds its length
    /// (a capture taken with a snap length).
    /// </summary>
    Truncated = 1 << 9,
}
