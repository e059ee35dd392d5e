using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class OnlyWhatArrivesWhileStartedIsReceived
{
    private const int Stale = 100;

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void FramesOfTheTimeInBetweenAreDropped(int version, int queues)
    {
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}", queues: queues, start: false);
        using var raw = new RawPeer(peer.Wire);
        SendStale(raw);
        port.Port.Start();
        raw.Send(Frames.Make(200));
        Assert.Equal(Frames.Make(200), port.ReceiveBytes());
        for (int i = 0; i < 3; i++)
        {
            port.Port.Stop();
            SendStale(raw);
            port.Port.Start();
            byte[] fresh = Frames.Make(200, i);
            raw.Send(fresh);
            Assert.Equal(fresh, port.ReceiveBytes());
        }

        // What came before the first start never reached a ring.
        port.Port.Stop();
        QueueStatistics received = port.Received;
        Assert.Equal((4, 3 * Stale), (received.Packets, received.DropsBy(DropCause.Stopped)));
        Assert.Equal(received.Drops, received.DropsBy(DropCause.Stopped));
    }

    [Fact]
    public void OversizedOnesAsWell()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, RxOffloads.Scatter);
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} mtu 60000");
        peer.Wire.IpInside($"link set {peer.Wire.Inner} mtu 60000");
        using var raw = new RawPeer(peer.Wire);
        port.Port.Stop();
        raw.Send(Frames.Make(20_000, 1));
        raw.Send(Frames.Make(30_000, 2));
        port.Port.Start();
        byte[] fresh = Frames.Make(25_000, 3);
        raw.Send(fresh);

        Assert.Equal(fresh, port.ReceiveBytes());
        Assert.Equal(2, port.Received.DropsBy(DropCause.Stopped));
    }

    [Fact]
    public void AConfigurationThatFailsLeavesTheFormerInForce()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        using var raw = new RawPeer(peer.Wire);
        port.Port.Stop();
        Assert.Throws<PollIOException>(() => port.Port.Configure(port.Port.Config with { Mtu = 1300 }));
        port.Port.Configure(port.Port.Config with { RxQueues = 2 });
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} mtu 9000");
        Assert.Throws<PollIOException>(() => port.Port.Configure(port.Port.Config with { RxQueues = 1 }));
        port.Port.Start();
        raw.Send(Frames.Make(60));

        Assert.Equal(2, port.Port.RxQueues.Count);
        Assert.Equal(Frames.Make(60), port.ReceiveBytes());
    }

    private static void SendStale(RawPeer raw)
    {
        for (int i = 0; i < Stale; i++)
        {
            raw.Send(Frames.Make(100));
        }
    }
}
