using System.Buffers.Binary;
using PollIO.Wire;

namespace PollIO.Apps.L2fwd.Forwarding;

/// <summary>
/// A frame to send again and again: Ethernet, IPv4 and UDP, or an ICMP echo request. Its payload may begin with a stamp of 16 bytes
/// that differs from packet to packet; the checksum follows it.
/// </summary>
internal sealed class FrameTemplate
{
    /// <summary>Bytes of the stamp: a sequence number and a time, both little-endian.</summary>
    internal const int StampSize = 16;

    /// <summary>Where the payload and so the stamp begins: UDP and ICMP echo headers are of one length.</summary>
    internal const int StampOffset = EthernetHeader.Size + IPv4Header.MinSize + UdpHeader.Size;

    private const int TransportOffset = EthernetHeader.Size + IPv4Header.MinSize;
    private const int UdpChecksumOffset = TransportOffset + 6;
    private const int IcmpChecksumOffset = TransportOffset + 2;
    private const ushort DiscardPort = 9;

    // RFC 2544 appendix C.2.2: the block for testing network devices.
    private static readonly IPv4Address s_source = new(198, 18, 0, 1);
    private static readonly IPv4Address s_destination = new(198, 18, 0, 2);

    private readonly byte[] _frame;
    private readonly int _checksumOffset;
    private readonly ulong _unstampedSum;

    private FrameTemplate(byte[] frame, int checksumOffset, ulong unstampedSum)
    {
        _frame = frame;
        _checksumOffset = checksumOffset;
        _unstampedSum = unstampedSum;
        SetChecksum(frame);
    }

    internal ReadOnlySpan<byte> Frame => _frame;

    /// <summary>A UDP datagram of <paramref name="size"/> bytes on the wire, without the frame check sequence.</summary>
    internal static FrameTemplate Udp(MacAddress destination, MacAddress source, int size)
    {
        byte[] frame = Datagram(destination, source, size, IpProtocol.Udp, out ulong pseudoHeader);
        UdpHeaderWriter.TryCreate(frame.AsSpan(TransportOffset), size - StampOffset, out UdpHeaderWriter udp);
        udp.SourcePort = DiscardPort;
        udp.DestinationPort = DiscardPort;
        return new FrameTemplate(frame, UdpChecksumOffset, InternetChecksum.Accumulate(pseudoHeader, frame.AsSpan(TransportOffset)));
    }

    /// <summary>An ICMP echo request of <paramref name="size"/> bytes on the wire, without the frame check sequence.</summary>
    internal static FrameTemplate Echo(MacAddress destination, MacAddress source, int size)
    {
        byte[] frame = Datagram(destination, source, size, IpProtocol.Icmp, out _);
        IcmpHeaderWriter.TryCreate(frame.AsSpan(TransportOffset), size - StampOffset, out IcmpHeaderWriter icmp);
        icmp.Type = IcmpType.EchoRequest;
        return new FrameTemplate(frame, IcmpChecksumOffset, InternetChecksum.Accumulate(0, frame.AsSpan(TransportOffset)));
    }

    /// <summary>Fills a fresh packet, whose pool has room for the frame.</summary>
    internal void Write(Packet packet)
    {
        packet.TryAppend(_frame.Length, out Span<byte> data);
        _frame.CopyTo(data);
    }

    /// <summary>Fills a fresh packet and stamps it.</summary>
    internal void Write(Packet packet, long sequence, long time)
    {
        packet.TryAppend(_frame.Length, out Span<byte> data);
        _frame.CopyTo(data);
        Span<byte> stamp = data.Slice(StampOffset, StampSize);
        BinaryPrimitives.WriteInt64LittleEndian(stamp, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[sizeof(long)..], time);
        SetChecksum(data);
    }

    /// <summary>Reads the stamp of a packet that came back.</summary>
    /// <returns>Whether it is long enough to have one.</returns>
    internal static bool TryReadStamp(Packet packet, out long sequence, out long time)
    {
        ReadOnlySpan<byte> data = packet.Data;
        sequence = 0;
        time = 0;
        if (data.Length < StampOffset + StampSize)
        {
            return false;
        }

        sequence = BinaryPrimitives.ReadInt64LittleEndian(data[StampOffset..]);
        time = BinaryPrimitives.ReadInt64LittleEndian(data[(StampOffset + sizeof(long))..]);
        return true;
    }

    private static byte[] Datagram(MacAddress destination, MacAddress source, int size, IpProtocol protocol, out ulong pseudoHeader)
    {
        var frame = new byte[size];
        EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter ethernet);
        ethernet.Destination = destination;
        ethernet.Source = source;
        ethernet.EtherType = EtherType.IPv4;
        IPv4HeaderWriter.TryCreate(ethernet.Payload, optionsLength: 0, size - TransportOffset, out IPv4HeaderWriter ip);
        ip.TimeToLive = 64;
        ip.Protocol = protocol;
        ip.Source = s_source;
        ip.Destination = s_destination;
        ip.UpdateChecksum();
        pseudoHeader = ip.PseudoHeaderSum;
        return frame;
    }

    // The stamp is zero in the sum of the template, and a sum of zeros adds nothing.
    private void SetChecksum(Span<byte> frame)
    {
        ushort checksum = InternetChecksum.Finish(InternetChecksum.Accumulate(_unstampedSum, frame.Slice(StampOffset, StampSize)));
        bool zeroMeansNone = _checksumOffset == UdpChecksumOffset;
        BinaryPrimitives.WriteUInt16BigEndian(frame[_checksumOffset..], checksum == 0 && zeroMeansNone ? ushort.MaxValue : checksum);
    }
}
