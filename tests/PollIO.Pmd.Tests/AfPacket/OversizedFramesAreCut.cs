using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PollIO.Pmd.Tests.Support;
using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class OversizedFramesAreCut
{
    private const int HeadersLength = 14 + 20 + 20;
    private const int SegmentSize = 1000;
    private const ushort Control = 0x2005;

    [Fact]
    public async Task DatagramsSentAsOneArriveEachByItself()
    {
        const int SolUdp = 17;
        const int UdpSegment = 103;
        const int count = 50;
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}");
        using var forwarder = new Forwarder(first.Port, second.Port);
        using Socket receiver = peers.Second.Peer.Inside(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        using Socket sender = peers.First.Peer.Inside(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp));
        var address = new IPEndPoint(IPAddress.Parse("2001:db8::2"), 5002);
        receiver.Bind(address);
        sender.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(SegmentSize));
        byte[] sent = Frames.Make(count * SegmentSize);
        await sender.SendToAsync(sent, address);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var datagram = new byte[65536];
        for (int i = 0; i < count; i++)
        {
            int length = await receiver.ReceiveAsync(datagram, patience.Token);
            Assert.Equal(sent[(i * SegmentSize)..((i + 1) * SegmentSize)], datagram[..length]);
        }

        Assert.True(first.Extended("rx_oversized_segments") >= count);
    }

    [Theory]
    [InlineData(2, false, 2048)]
    [InlineData(2, true, 2048)]
    [InlineData(3, false, 2048)]
    [InlineData(3, true, 2048)]
    [InlineData(2, true, 512)]
    [InlineData(3, false, 512)]
    public void SegmentsComeInOrderWithTheFramesTag(int version, bool strips, int dataRoom)
    {
        const int payloadLength = 40_500;
        using var peer = new OnePeer(mtu: 1500);
        RxOffloads offloads = RxOffloads.Timestamp | (strips ? RxOffloads.VlanStrip : 0) | (dataRoom < 1500 ? RxOffloads.Scatter : 0);
        using var port = new TestPort($"{peer.Spec}?version={version}", offloads, dataRoom);
        using var raw = new RawPeer(peer.Wire);
        byte[] frame = OversizedTcp(payloadLength);
        byte[] small = Frames.Make(60);
        Assert.True(raw.TrySend(Frames.Tag(frame, 0x8100, Control), HeaderOf(4)));
        raw.Send(small);

        List<byte[]> received = [];
        for (int i = 0; i < 41; i++)
        {
            Packet packet = port.Receive(1)[0];
            Assert.True(packet.Metadata.Flags.HasFlag(PacketFlags.Timestamp | PacketFlags.L4ChecksumGood | PacketFlags.IpChecksumGood));
            Assert.Equal(strips, packet.Metadata.Flags.HasFlag(PacketFlags.VlanStripped));
            Assert.Equal(strips ? Control : 0, packet.Metadata.VlanTci);
            Assert.Equal((packet.Length + dataRoom - 1) / dataRoom, packet.SegmentCount);
            received.Add(PacketMaker.TakeBytes(packet));
        }

        Assert.Equal(small, port.ReceiveBytes());
        byte[] payload = [.. received.SelectMany(segment => segment[(HeadersLength + (strips ? 0 : 4))..])];
        Assert.Equal(frame[HeadersLength..], payload);
        Assert.All(received, segment =>
        {
            FrameLayout layout = PacketParser.Parse(segment);
            Assert.Equal(strips ? 0 : 1, layout.VlanTags);
            Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(segment, layout));
            Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyIPv4Header(segment, layout));
        });
        Assert.Equal((1, 41), (port.Extended("rx_oversized_frames"), port.Extended("rx_oversized_segments")));
        Assert.Equal(42, port.Received.Packets);
    }

    [Fact]
    public void WhatThePoolCannotHoldIsCounted()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, packets: 512);
        using var raw = new RawPeer(peer.Wire);
        var kept = new Packet[500];
        Assert.True(port.Pool.TryAllocateBulk(kept));
        Assert.True(raw.TrySend(OversizedTcp(40_000), HeaderOf(0)));
        port.DrainUntil(() => port.Received.Packets > 0);

        // One of the twelve is kept back for the frame itself while it is cut.
        Assert.Equal(11, port.Received.Packets);
        Assert.Equal(40, port.Received.Packets + port.Received.DropsBy(DropCause.NoPacket));
        PacketPool.Free(kept);
    }

    private static VirtioNetHdr HeaderOf(int tagLength) => new()
    {
        Flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        GsoType = VIRTIO_NET_HDR_GSO_TCPV4,
        HeaderLength = (ushort)(HeadersLength + tagLength),
        GsoSize = SegmentSize,
        ChecksumStart = (ushort)(14 + 20 + tagLength),
        ChecksumOffset = 16,
    };

    /// <summary>One TCP segment as a kernel makes it for a NIC that segments: whatever length, checksum unfinished.</summary>
    private static byte[] OversizedTcp(int payloadLength)
    {
        byte[] frame = Frames.Make(HeadersLength + payloadLength);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)EtherType.IPv4);
        Span<byte> ip = frame.AsSpan(14, 20);
        ip.Clear();
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(frame.Length - 14));
        ip[8] = 64;
        ip[9] = (byte)IpProtocol.Tcp;
        new byte[] { 10, 99, 0, 1, 10, 99, 0, 2 }.CopyTo(ip[12..]);
        Span<byte> tcp = frame.AsSpan(34, 20);
        tcp.Clear();
        tcp[12] = 0x50;
        tcp[13] = 0x10;
        FrameLayout layout = PacketParser.Parse(frame);
        ChecksumCompletion.TryFill(frame, layout);
        ChecksumCompletion.TrySeed(frame, layout, out _);
        return frame;
    }
}
