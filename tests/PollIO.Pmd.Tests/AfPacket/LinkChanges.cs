using System.Collections.Concurrent;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class LinkChanges
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(IdleStrategy.Yield, 2)]
    [InlineData(IdleStrategy.Interrupt, 2)]
    [InlineData(IdleStrategy.Interrupt, 3)]
    public async Task AreToldAndTrafficResumes(IdleStrategy idle, int version)
    {
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        using var changes = new BlockingCollection<bool>();
        first.Port.LinkChanged += (_, link) => changes.Add(link.IsUp);
        using var forwarder = new Forwarder(first.Port, second.Port, idle);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(first.Port.Link.IsUp);
            Assert.Equal(10, await peers.PingAsync("10.99.0.2", 10));
            NetworkNamespace.Ip($"link set {peers.First.Outer} down");
            Assert.True(changes.TryTake(out bool isUp, s_patience) && !isUp);
            NetworkNamespace.Ip($"link set {peers.First.Outer} up");
            Assert.True(changes.TryTake(out isUp, s_patience) && isUp);
        }

        // The other end counts as well.
        peers.First.IpInside($"link set {peers.First.Inner} down");
        Assert.True(changes.TryTake(out bool up, s_patience) && !up);
        peers.First.IpInside($"link set {peers.First.Inner} up");
        Assert.True(changes.TryTake(out up, s_patience) && up);
        Assert.Equal(10, await peers.PingAsync("10.99.0.2", 10));
        Assert.False(forwarder.Completion.IsCompleted);
    }

    [Fact]
    public void WhatIsSentMeanwhileIsCounted()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} down");
        for (int i = 0; i < 5; i++)
        {
            port.Send(port.Make(Frames.Make(60)));
        }

        Assert.Equal((5, 0), (port.Sent.DropsBy(DropCause.LinkDown), port.Sent.Packets));
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} up");
        using var raw = new RawPeer(peer.Wire);
        port.DrainUntil(() => port.Port.Link.IsUp);
        port.Send(port.Make(Frames.Make(60)));
        Assert.Equal(Frames.Make(60), raw.Receive());
        raw.Send(Frames.Make(61));
        Assert.Equal(Frames.Make(61), port.ReceiveBytes());
        Assert.Equal(1, port.Sent.Packets);
    }

    [Fact]
    public void AFrameThatTheFarEndDropsIsNoRingThatIsFull()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        peer.Wire.IpInside($"link set {peer.Wire.Inner} mtu 1000");
        using var raw = new RawPeer(peer.Wire);
        port.Send(port.Make(Frames.Make(1514)));
        port.Send(port.Make(Frames.Make(1000)));

        Assert.Equal(Frames.Make(1000), raw.Receive());
        Assert.Equal((1, 1), (port.Sent.DropsBy(DropCause.Missed), port.Sent.Packets));
    }

    [Fact]
    public void OversizedFramesStayInStepWhenTheInterfaceGoesDown()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} mtu 9000");
        peer.Wire.IpInside($"link set {peer.Wire.Inner} mtu 9000");
        using var raw = new RawPeer(peer.Wire);
        port.Port.Stop();
        port.Port.Configure(port.Port.Config with { RxOffloads = RxOffloads.Scatter });
        port.Port.Start();
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} mtu 60000");
        peer.Wire.IpInside($"link set {peer.Wire.Inner} mtu 60000");
        byte[][] sent = [.. Enumerable.Range(0, 5).Select(i => Frames.Make(20_000 + i, i))];
        Array.ForEach(sent, frame => raw.Send(frame));
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} down");

        Assert.All(sent, frame => Assert.Equal(frame, port.ReceiveBytes()));
    }

    [Theory]
    [InlineData(IdleStrategy.Yield)]
    [InlineData(IdleStrategy.Interrupt)]
    public async Task AnInterfaceThatIsRemovedEndsThePort(IdleStrategy idle)
    {
        using var peers = new TwoPeers();
        using var first = new TestPort($"af_packet:{peers.First.Outer}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}");
        using var forwarder = new Forwarder(first.Port, second.Port, idle);
        Assert.Equal(10, await peers.PingAsync("10.99.0.2", 10));

        NetworkNamespace.Ip($"link del {peers.First.Outer}");
        peers.Second.Peer.Dispose();
        await forwarder.Completion.WaitAsync(s_patience, TestContext.Current.CancellationToken);

        foreach ((TestPort port, VethPair wire) in new[] { (first, peers.First), (second, peers.Second) })
        {
            Assert.Contains($"'{wire.Outer}' is gone", port.Rx.Completion!.Error!.Message, StringComparison.Ordinal);
            Assert.Contains($"'{wire.Outer}' is gone", port.Tx.Fault!.Message, StringComparison.Ordinal);
            Assert.False(port.Port.Link.IsUp);
            port.Send(port.Make(Frames.Make(60)));
            Assert.Equal(1, port.Sent.DropsBy(DropCause.LinkDown));
            port.Port.Stop();
            var error = Assert.Throws<PollIOException>(port.Port.Start);
            Assert.Contains($"'{wire.Outer}' is gone", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnInterfaceThatIsRenamedIsStillThere()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        string renamed = peer.Wire.Outer[..^1] + "r";
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} down");
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} name {renamed}");
        NetworkNamespace.Ip($"link set {renamed} up");
        using var raw = new RawPeer(peer.Wire);
        port.DrainUntil(() => port.Port.Link.IsUp);
        raw.Send(Frames.Make(60));

        Assert.Equal(Frames.Make(60), port.ReceiveBytes());
        Assert.Null(port.Rx.Completion);
        NetworkNamespace.Ip($"link set {renamed} down");
        NetworkNamespace.Ip($"link set {renamed} name {peer.Wire.Outer}");
    }

    [Fact]
    public void HandlersMayStopThePort()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        using var stopped = new ManualResetEventSlim();
        port.Port.LinkChanged += (changed, _) =>
        {
            changed.Stop();
            stopped.Set();
        };
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} down");

        Assert.True(stopped.Wait(s_patience, TestContext.Current.CancellationToken));
        Assert.Equal(PortState.Stopped, port.Port.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void APortOpensWhileItsInterfaceIsDown(int queues)
    {
        Version kernel = Environment.OSVersion.Version;
        Assert.SkipWhen(queues > 1 && kernel < new Version(6, 12), $"kernel {kernel} spreads flows only over interfaces that are up");
        using var peer = new OnePeer();
        NetworkNamespace.Ip($"link set {peer.Wire.Outer} down");
        using var port = new TestPort(peer.Spec, queues: queues);
        Assert.False(port.Port.Link.IsUp);

        NetworkNamespace.Ip($"link set {peer.Wire.Outer} up");
        using var raw = new RawPeer(peer.Wire);
        port.DrainUntil(() => port.Port.Link.IsUp);
        raw.Send(Frames.Make(60));
        Assert.Equal(Frames.Make(60), port.ReceiveBytes());
        port.Send(port.Make(Frames.Make(60)));
        Assert.Equal(Frames.Make(60), raw.Receive());
    }
}
