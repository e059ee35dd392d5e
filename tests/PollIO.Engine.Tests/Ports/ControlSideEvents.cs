namespace PollIO.Tests.Ports;

public sealed class ControlSideEvents
{
    [Fact]
    public void LinkChangesAreRaisedOncePerChange()
    {
        using var port = new FakePort("fake:link");
        var seen = new List<LinkState>();
        port.LinkChanged += (sender, link) =>
        {
            Assert.Same(port, sender);
            Assert.Equal(link, port.Link);
            seen.Add(link);
        };
        Assert.True(port.Link.IsUp);

        port.ChangeLink(new LinkState(IsUp: true));
        port.ChangeLink(new LinkState(IsUp: false));
        port.ChangeLink(new LinkState(IsUp: false));
        port.ChangeLink(new LinkState(IsUp: true, SpeedMbps: 10_000));

        Assert.Equal([new LinkState(false), new LinkState(true, 10_000)], seen);
    }

    [Fact]
    public void FirstCompletionCountsUntilTheNextStart()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:end").Started(pool);
        Assert.Null(port.Rx.Completion);

        var gone = new PollIOException("receive", "fake:end", "the device is gone");
        port.Rx.End(gone);
        port.Rx.End();

        Assert.Same(gone, port.Rx.Completion!.Error);
        port.Stop();
        Assert.NotNull(port.Rx.Completion);
        port.Start();
        Assert.Null(port.Rx.Completion);
    }

    [Fact]
    public void QueueThatEndsWhileItsDeviceStartsStaysComplete()
    {
        using PacketPool pool = Pools.Create();
        using var port = new FakePort("fake:short");
        port.Configure(new PortConfig { Pool = pool });
        port.OnCall = call =>
        {
            if (call == "start")
            {
                port.Rx.End();
            }
        };

        port.Start();

        Assert.NotNull(port.Rx.Completion);
        Assert.Null(port.Rx.Completion.Error);
    }

    [Fact]
    public void DriverChangesItsQueuesWhileNobodyIsInside()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:change").Started(pool);
        port.Rx.Endless = true;
        var burst = new Packet[1];

        port.Change(() => Assert.Equal(0, port.Rx.Receive(burst)));
        Assert.Equal(1, port.Rx.Receive(burst));
        burst[0].Free();

        Assert.Throws<NotSupportedException>(() => port.Change(() => throw new NotSupportedException()));
        Assert.Equal(1, port.Rx.Receive(burst));
        burst[0].Free();

        port.Stop();
        port.Change(() => { });
        Assert.Equal(0, port.Rx.Receive(burst));
    }
}
