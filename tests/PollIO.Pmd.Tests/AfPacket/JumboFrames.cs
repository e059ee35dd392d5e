using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class JumboFrames
{
    private const int Mtu = 9000;

    [Theory]
    [InlineData(2, 9216, RxOffloads.None)]
    [InlineData(2, 2048, RxOffloads.Scatter)]
    [InlineData(3, 2048, RxOffloads.Scatter)]
    public async Task PassWholeOrAsChains(int version, int dataRoom, RxOffloads offloads)
    {
        const int pings = 100;
        using var peers = new TwoPeers(Mtu);
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}", offloads, dataRoom);
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}", offloads, dataRoom);
        using (new Forwarder(first.Port, second.Port))
        {
            Assert.Equal(pings, await peers.PingAsync("10.99.0.2", pings, Mtu - 28));
            await Transfer.RunAsync(peers.First.Peer, peers.Second.Peer, "2001:db8::2", 20_000_000);
        }

        Assert.True(first.Extended("rx_oversized_frames") > 0);
        Assert.Equal(0, first.Received.DropsBy(DropCause.NotSegmentable) + first.Received.DropsBy(DropCause.TooLong));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void ChainsHoldEveryByte(int version)
    {
        using var peer = new OnePeer(Mtu);
        using var port = new TestPort($"{peer.Spec}?version={version}", RxOffloads.Scatter);
        using var raw = new RawPeer(peer.Wire);
        foreach (int size in new[] { 2048, 2049, 4096, 4097, 9013, 9014 })
        {
            byte[] frame = Frames.Make(size, size);
            raw.Send(frame);
            Packet packet = port.Receive(1)[0];
            Assert.Equal((size + 2047) / 2048, packet.SegmentCount);
            Assert.Equal(frame, PacketMaker.TakeBytes(packet));
            byte[] tagged = Frames.Tag(frame, 0x8100, 7);
            raw.Send(tagged);
            Assert.Equal(tagged, port.ReceiveBytes());
            port.Send(port.Make(frame, segment: 1000));
            Assert.Equal(frame, raw.Receive());
        }
    }

    [Fact]
    public void ArrivingAfterTheMtuWasRaisedComeByTheSocket()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, RxOffloads.Scatter);
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} mtu {Mtu}");
        peer.Wire.IpInside($"link set {peer.Wire.Inner} mtu {Mtu}");
        using var raw = new RawPeer(peer.Wire);
        byte[] frame = Frames.Make(9000);
        raw.Send(frame);

        Assert.Equal(frame, port.ReceiveBytes());
        port.DrainUntil(() => port.Port.Mtu == Mtu);
    }

    [Fact]
    public void AreRefusedWhereNeitherDataRoomNorChainsHoldThem()
    {
        using var peer = new OnePeer(Mtu);

        var error = Assert.Throws<PollIOException>(() => new TestPort(peer.Spec));

        Assert.Contains("MTU 9000 exceed the pool's data room of 2048 B", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherMtuThanTheInterfacesIsRefused()
    {
        using var peer = new OnePeer();
        using var pool = new PacketPool(new PacketPoolOptions());
        using Port port = PortFactory.Open(peer.Spec);

        var error = Assert.Throws<PollIOException>(() => port.Configure(new PortConfig { Pool = pool, Mtu = 1400 }));

        Assert.Contains($"ip link set {peer.Wire.Outer} mtu 1400", error.Message, StringComparison.Ordinal);
        port.Configure(new PortConfig { Pool = pool, Mtu = 1500 });
    }
}
