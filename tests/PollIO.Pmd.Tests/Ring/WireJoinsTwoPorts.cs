namespace PollIO.Pmd.Tests.Ring;

public sealed class WireJoinsTwoPorts
{
    [Fact]
    public void PacketsArriveAtTheOtherEndUncopied()
    {
        using var pool = new PacketPool(new PacketPoolOptions { Count = 8192 });
        using Port near = PortFactory.Open("ring:joins");
        using Port far = PortFactory.Open("ring:joins");
        foreach (Port port in new[] { near, far })
        {
            port.Configure(new PortConfig { Pool = pool });
            port.Start();
        }

        var sent = new Packet[3];
        Assert.True(pool.TryAllocateBulk(sent));
        sent[1].TryAppend(60, out Span<byte> data);
        data.Fill(0x5a);
        Assert.Equal(3, near.TxQueues[0].Transmit(sent));

        var received = new Packet[32];
        Assert.Equal(3, far.RxQueues[0].Receive(received));
        Assert.Equal(sent, received[..3]);
        Assert.Equal(far.Id, received[1].Metadata.Port);
        Assert.Equal(60, received[1].Length);
        Assert.Equal(0, near.RxQueues[0].Receive(received));
        PacketPool.Free(received.AsSpan(0, 3));
        Assert.Equal(60, far.GetStatistics().Rx.Bytes);
    }

    [Fact]
    public void ThirdEndIsRefused()
    {
        using Port near = PortFactory.Open("ring:crowded");
        using Port far = PortFactory.Open("ring:crowded");

        var error = Assert.Throws<PollIOException>(() => PortFactory.Open("ring:crowded"));

        Assert.Contains("both ends of wire 'crowded' are taken", error.Message, StringComparison.Ordinal);
    }
}
