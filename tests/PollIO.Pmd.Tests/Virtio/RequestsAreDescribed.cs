using System.Buffers.Binary;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>What an application asks of a packet stands in the header before it, as virtio 1.2 §5.1.6.2 has it.</summary>
[Trait("tier", "unit")]
public sealed unsafe class RequestsAreDescribed : IDisposable
{
    private const ulong Features = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_F_INDIRECT_DESC;

    private readonly GuardedArena _arena = new();
    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 64, CacheSize = 0 });

    public void Dispose()
    {
        _pool.Dispose();
        _arena.Dispose();
    }

    [Theory]
    [InlineData(0x0800, 20, VirtioSpec.VIRTIO_NET_HDR_GSO_TCPV4)]
    [InlineData(0x86dd, 40, VirtioSpec.VIRTIO_NET_HDR_GSO_TCPV6)]
    public void Segmentation(int type, int l3, byte kind)
    {
        Packet packet = Make(1400, type, l3, TxFlags.TcpSegmentation);
        (packet.Metadata.TsoSegmentSize, packet.Metadata.L4Length) = (500, 32);

        VirtioNetHeader header = Describe(packet);

        Assert.Equal((kind, (ushort)500, (ushort)(14 + l3 + 32)), (header.GsoType, header.GsoSize, header.HeaderLength));
        Assert.Equal((VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM, (ushort)(14 + l3), (ushort)16), (header.Flags, header.ChecksumStart, header.ChecksumOffset));
    }

    [Theory]
    [InlineData(TxFlags.TcpChecksum, 16)]
    [InlineData(TxFlags.UdpChecksum, 6)]
    public void TransportChecksum(TxFlags asked, ushort field)
    {
        VirtioNetHeader header = Describe(Make(100, 0x0800, 20, asked));

        Assert.Equal((VirtioSpec.VIRTIO_NET_HDR_F_NEEDS_CSUM, (ushort)34, field), (header.Flags, header.ChecksumStart, header.ChecksumOffset));
        Assert.Equal((VirtioSpec.VIRTIO_NET_HDR_GSO_NONE, (ushort)0), (header.GsoType, header.GsoSize));
    }

    /// <summary>No header can say it: it is done at once.</summary>
    [Fact]
    public void HeaderChecksum()
    {
        Packet packet = Make(100, 0x0800, 20, TxFlags.IpChecksum);
        packet.Data[24] = 0x55;

        Assert.True(TxRequest.TryTranslate(packet));

        Assert.True(InternetChecksum.IsValid(packet.Data.Slice(14, 20)));
        Assert.Equal((PacketFlags.None, TxFlags.None), (packet.Metadata.Flags, packet.Metadata.TxFlags));
        packet.Free();
    }

    [Theory]
    [InlineData(TxFlags.VlanInsert, 20, 0, 0)]
    [InlineData(TxFlags.IpChecksum, 19, 0, 0)]
    [InlineData(TxFlags.IpChecksum, 200, 0, 0)]
    [InlineData(TxFlags.UdpChecksum, 80, 0, 0)]
    [InlineData(TxFlags.TcpSegmentation, 20, 20, 0)]
    [InlineData(TxFlags.TcpSegmentation, 20, 19, 500)]
    [InlineData(TxFlags.TcpSegmentation, 20, 80, 500)]
    public void WhatCannotBeIsRefused(TxFlags asked, int l3, ushort l4, ushort segment)
    {
        Packet packet = Make(100, 0x0800, l3, asked);
        (packet.Metadata.L4Length, packet.Metadata.TsoSegmentSize) = (l4, segment);

        Assert.False(TxRequest.TryTranslate(packet));
        packet.Free();
    }

    private Packet Make(int length, int type, int l3, TxFlags asked)
    {
        Assert.True(_pool.TryAllocate(out Packet packet));
        Assert.True(packet.TryAppend(length, out Span<byte> data));
        data.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(data[12..], (ushort)type);
        data[14] = 0x45;
        (packet.Metadata.L2Length, packet.Metadata.L3Length, packet.Metadata.TxFlags) = (14, (ushort)l3, asked);
        return packet;
    }

    private VirtioNetHeader Describe(Packet packet)
    {
        var memory = new DriverRingMemory((nint)_arena.Start, 64, IovaMap.Identity);
        DriverTxRing ring = DriverRings.CreateTx(memory, Features, Silence.Instance);
        Assert.True(TxRequest.TryTranslate(packet));
        Assert.True(ring.HasRoomForChain());
        ring.PutChain(packet);
        VirtioNetHeader header = *memory.Header(0);
        Assert.Equal(1, ring.ReleaseUnsent());
        return header;
    }
}
