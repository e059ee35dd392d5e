using System.Diagnostics;
using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class CountersAgreeWithTheKernel
{
    private static readonly TimeSpan s_quietTime = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void BothWays(int version)
    {
        const int rounds = 200;
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}");
        using var raw = new RawPeer(peer.Wire);
        for (int i = 0; i < rounds; i++)
        {
            byte[] frame = Frames.Make(14 + i, i);
            raw.Send(frame);
            raw.Send(frame);
            port.Send(port.Make(frame));
        }

        port.Receive(2 * rounds).ForEach(packet => packet.Free());
        port.Port.Stop();

        QueueStatistics received = port.Received, sent = port.Sent;
        Assert.Equal((peer.Wire.Counter("rx_packets"), peer.Wire.Counter("rx_bytes")), (received.Packets, received.Bytes));
        Assert.Equal((peer.Wire.Counter("tx_packets"), peer.Wire.Counter("tx_bytes")), (sent.Packets, sent.Bytes));
        Assert.Equal((0, 0), (received.Drops, sent.Drops));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void WhatTheRingCouldNotHoldIsMissed(int version)
    {
        const int frames = 20_000;
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}&blocks=2");
        using var raw = new RawPeer(peer.Wire);
        byte[] frame = Frames.Make(1514);
        for (int i = 0; i < frames; i++)
        {
            raw.Send(frame);
        }

        // The next frame after the ring has room again tells of the loss, while the port runs. Version 3 hands frames over late: another
        // one is sent only when nothing has come for a while.
        long sent = frames, counted = -1;
        var quiet = Stopwatch.StartNew();
        port.DrainUntil(() =>
        {
            QueueStatistics received = port.Received;
            if (received.Packets + received.Drops == sent)
            {
                return true;
            }

            if (received.Packets + received.Drops != counted)
            {
                counted = received.Packets + received.Drops;
                quiet.Restart();
            }
            else if (quiet.Elapsed > s_quietTime)
            {
                raw.Send(frame);
                sent++;
                quiet.Restart();
            }

            return false;
        });
        Assert.Equal(sent, peer.Wire.Counter("rx_packets"));
        Assert.True(port.Received.DropsBy(DropCause.Missed) > 0);
        Assert.Equal(port.Received.Drops, port.Received.DropsBy(DropCause.Missed));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void AndStopCountsTheRest(int version)
    {
        const int frames = 5_000;
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}&blocks=2");
        using var raw = new RawPeer(peer.Wire);
        byte[] frame = Frames.Make(1514);
        for (int i = 0; i < frames; i++)
        {
            raw.Send(frame);
        }

        port.Receive(10).ForEach(packet => packet.Free());
        port.Port.Stop();

        QueueStatistics received = port.Received;
        Assert.Equal(frames, received.Packets + received.Drops);
        Assert.Equal(10, received.Packets);
        Assert.True(received.DropsBy(DropCause.Missed) > 0 && received.DropsBy(DropCause.Stopped) > 0);
        Assert.Equal(0, port.Pool.Outstanding);
    }

    [Fact]
    public void WithAPoolThatIsDryFramesWaitInTheRing()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec, packets: 512);
        using var raw = new RawPeer(peer.Wire);
        var kept = new Packet[512];
        Assert.True(port.Pool.TryAllocateBulk(kept));
        raw.Send(Frames.Make(100));
        while (peer.Wire.Counter("rx_packets") == 0)
        {
            Thread.Yield();
        }

        Assert.Equal(0, port.Rx.Receive(new Packet[32]));
        PacketPool.Free(kept);
        Assert.Equal(Frames.Make(100), port.ReceiveBytes());
        Assert.Equal(0, port.Received.Drops);
    }
}
