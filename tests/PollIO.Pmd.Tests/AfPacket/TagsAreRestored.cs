using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

/// <summary>The kernel takes the outer VLAN tag out of every frame before a packet socket sees it.</summary>
[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class TagsAreRestored
{
    private const int Pings = 100;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task KernelsTalkThroughOneTag(int version)
    {
        using var peers = new TwoPeers();
        TaggingFilter.Add(peers.First, (0x8100, 0x600a));
        TaggingFilter.Add(peers.Second, (0x8100, 0x600a));

        await Talk(peers, version);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task KernelsTalkThroughTwoTags(int version)
    {
        // Beyond the MTU a packet socket sends one 802.1Q tag and no other.
        using var peers = new TwoPeers();
        foreach (VethPair wire in new[] { peers.First, peers.Second })
        {
            TaggingFilter.Add(wire, (0x8100, 0x001e), (0x88a8, 0x0014));
            wire.IpInside($"route replace 10.99.0.0/24 dev {wire.Inner} mtu 1492");
        }

        await Talk(peers, version);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void EveryByteIsInPlace(int version)
    {
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}");
        using var raw = new RawPeer(peer.Wire);
        byte[] plain = Frames.Make(300);
        byte[] customer = Frames.Tag(plain, 0x8100, 0xe00a);
        byte[] service = Frames.Tag(customer, 0x88a8, 0x0014);
        foreach (byte[] frame in new[] { plain, customer, service })
        {
            raw.Send(frame);
            Assert.Equal(frame, port.ReceiveBytes());
        }
    }

    [Fact]
    public void OnlyCustomerTagsAreStrippedOnRequest()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, RxOffloads.VlanStrip);
        using var raw = new RawPeer(peer.Wire);
        byte[] plain = Frames.Make(300);
        byte[] service = Frames.Tag(plain, 0x88a8, 0x0014);
        raw.Send(Frames.Tag(plain, 0x8100, 0xe00a));
        Packet packet = port.Receive(1)[0];

        Assert.Equal((0xe00a, true), (packet.Metadata.VlanTci, packet.Metadata.Flags.HasFlag(PacketFlags.VlanStripped)));
        Assert.Equal(plain, PacketMaker.TakeBytes(packet));

        // The metadata could not say that the tag was a service tag.
        raw.Send(service);
        packet = port.Receive(1)[0];
        Assert.False(packet.Metadata.Flags.HasFlag(PacketFlags.VlanStripped));
        Assert.Equal(service, PacketMaker.TakeBytes(packet));
    }

    private static async Task Talk(TwoPeers peers, int version)
    {
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        using (new Forwarder(first.Port, second.Port))
        {
            Assert.Equal(Pings, await peers.PingAsync("10.99.0.2", Pings, size: 1400));
            Assert.Equal(Pings, await peers.PingAsync("2001:db8::2", Pings));
            await Transfer.RunAsync(peers.First.Peer, peers.Second.Peer, "10.99.0.2", 20_000_000);
        }

        Assert.True(first.Extended("rx_oversized_frames") > 0);
        Assert.Equal(0, first.Received.DropsBy(DropCause.NotSegmentable) + second.Sent.DropsBy(DropCause.TooLong));
    }
}
