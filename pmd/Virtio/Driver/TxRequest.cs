using System.Buffers.Binary;
using PollIO.Wire;

namespace PollIO.Pmd.Virtio.Driver;

/// <summary>Turns what an application asks for in <see cref="TxFlags"/> into what a virtio header can say (virtio 1.2 §5.1.6.2).</summary>
internal static class TxRequest
{
    private const int MinIPv4Header = 20;
    private const int MinTcpHeader = 20;
    private const int IPv4ChecksumOffset = 10;
    private const ushort TcpChecksumOffset = 16;
    private const ushort UdpChecksumOffset = 6;
    private const TxFlags Transport = TxFlags.TcpChecksum | TxFlags.UdpChecksum | TxFlags.TcpSegmentation;

    /// <summary>
    /// Makes TCP and UDP checksums <see cref="PacketFlags.ChecksumPartial"/>. A virtio device computes none of IPv4 headers: that is done
    /// here. Only segmentation is left in the packet's flags.
    /// </summary>
    /// <param name="packet">A packet nobody else holds, whose first segment has all headers.</param>
    /// <returns>False when the lengths in its metadata are none of such a packet, or a tag is to be inserted.</returns>
    internal static bool TryTranslate(Packet packet)
    {
        ref PacketMetadata metadata = ref packet.Metadata;
        TxFlags asked = metadata.TxFlags;
        Span<byte> first = packet.Data;
        int l4 = metadata.L2Length + metadata.L3Length;
        bool segments = (asked & TxFlags.TcpSegmentation) != 0;
        if ((asked & TxFlags.VlanInsert) != 0
            || metadata.L2Length < sizeof(ushort)
            || l4 + (segments ? Math.Max((int)metadata.L4Length, MinTcpHeader) : 0) > first.Length
            || (segments && (metadata.TsoSegmentSize == 0 || metadata.L4Length < MinTcpHeader)))
        {
            return false;
        }

        if ((asked & TxFlags.IpChecksum) != 0 && !TryFillIPv4Checksum(first.Slice(metadata.L2Length, metadata.L3Length)))
        {
            return false;
        }

        if ((asked & Transport) != 0)
        {
            metadata.Flags |= PacketFlags.ChecksumPartial;
            metadata.ChecksumStart = (ushort)l4;
            metadata.ChecksumOffset = (asked & TxFlags.UdpChecksum) != 0 ? UdpChecksumOffset : TcpChecksumOffset;
            if (l4 + metadata.ChecksumOffset + sizeof(ushort) > metadata.PacketLength)
            {
                return false;
            }
        }

        metadata.TxFlags = asked & TxFlags.TcpSegmentation;
        return true;
    }

    /// <summary>The kind of segments of a packet that <see cref="TryTranslate"/> took.</summary>
    internal static byte GsoTypeOf(Packet packet) =>
        BinaryPrimitives.ReadUInt16BigEndian(packet.Data[(packet.Metadata.L2Length - sizeof(ushort))..]) == (ushort)EtherType.IPv6
            ? VirtioSpec.VIRTIO_NET_HDR_GSO_TCPV6
            : VirtioSpec.VIRTIO_NET_HDR_GSO_TCPV4;

    private static bool TryFillIPv4Checksum(Span<byte> header)
    {
        if (header.Length < MinIPv4Header)
        {
            return false;
        }

        Span<byte> field = header.Slice(IPv4ChecksumOffset, sizeof(ushort));
        field.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(field, InternetChecksum.Compute(header));
        return true;
    }
}
