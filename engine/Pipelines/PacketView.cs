using System.Buffers;

namespace PollIO.Pipelines;

/// <summary>
/// One received packet inside a reader's sequence: its bytes, which are the packet buffer's own, and what the port said of it. Valid
/// until the reader's next <see cref="PacketPipeReader.AdvanceTo(SequencePosition)"/>, or until it is forwarded or detached.
/// </summary>
public readonly struct PacketView
{
    private readonly int _offset;

    internal PacketView(PacketSegment first, PacketSegment last, int offset)
    {
        First = first;
        Last = last;
        _offset = offset;
        Start = first.Start + offset;
    }

    /// <summary>Whether no segment follows <see cref="Span"/>.</summary>
    public bool IsSingleSegment => First == Last;

    /// <summary>Bytes not consumed before.</summary>
    public int Length => (int)(Last.End - Start);

    /// <summary>The bytes of the first segment; all of them when <see cref="IsSingleSegment"/>.</summary>
    public ReadOnlySpan<byte> Span => First.Part.Data[_offset..];

    /// <summary>The bytes of all segments.</summary>
    public ReadOnlySequence<byte> Sequence => new(First, _offset, Last, Last.Memory.Length);

    /// <summary>Number of the port that received it.</summary>
    public int Port => Metadata.Port;

    /// <summary>The frame's length on the wire, headers consumed before included; longer than the packet when a capture cut it.</summary>
    public int WireLength => (Metadata.Flags & PacketFlags.Truncated) != 0 ? (int)Metadata.OriginalLength : (int)Metadata.PacketLength;

    /// <summary>Arrival in nanoseconds since the Unix epoch, or null when the port does not tell.</summary>
    public long? Timestamp => (Metadata.Flags & PacketFlags.Timestamp) != 0 ? Metadata.Timestamp : null;

    /// <summary>The 802.1Q tag control information the port took out of the frame, or null.</summary>
    public ushort? VlanTci => (Metadata.Flags & PacketFlags.VlanStripped) != 0 ? Metadata.VlanTci : null;

    /// <summary>The hash by which the port chose the queue, or null.</summary>
    public uint? RssHash => (Metadata.Flags & PacketFlags.RssHash) != 0 ? Metadata.RssHash : null;

    /// <summary>What the port found of the IPv4 header's checksum.</summary>
    public ChecksumVerdict IpChecksum => Verdict(PacketFlags.IpChecksumGood, PacketFlags.IpChecksumBad);

    /// <summary>What the port found of the TCP or UDP checksum.</summary>
    public ChecksumVerdict L4Checksum => (Metadata.Flags & PacketFlags.ChecksumPartial) != 0
        ? ChecksumVerdict.Unfinished
        : Verdict(PacketFlags.L4ChecksumGood, PacketFlags.L4ChecksumBad);

    internal PacketSegment First { get; }

    internal PacketSegment Last { get; }

    /// <summary>The position of the first byte among all the reader ever had: no other view has it.</summary>
    internal long Start { get; }

    internal int Offset => _offset;

    private ref PacketMetadata Metadata => ref First.Head.Metadata;

    private ChecksumVerdict Verdict(PacketFlags good, PacketFlags bad)
    {
        PacketFlags flags = Metadata.Flags;
        return (flags & good) != 0 ? ChecksumVerdict.Good : (flags & bad) != 0 ? ChecksumVerdict.Bad : ChecksumVerdict.Unknown;
    }
}
