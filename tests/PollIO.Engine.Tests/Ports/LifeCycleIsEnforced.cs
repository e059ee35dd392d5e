namespace PollIO.Tests.Ports;

public sealed class LifeCycleIsEnforced : IDisposable
{
    private readonly PacketPool _pool = Pools.Create();
    private readonly FakePort _port = new("fake:life");

    public void Dispose()
    {
        _port.OnCall = static _ => { };
        _port.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void StatesFollowOneAnother()
    {
        Assert.Equal(PortState.Created, _port.State);
        Assert.Empty(_port.RxQueues);
        Configure();
        Assert.Equal(PortState.Stopped, _port.State);
        _port.Start();
        Assert.Equal(PortState.Started, _port.State);
        _port.Stop();
        Assert.Equal(PortState.Stopped, _port.State);
        _port.Start();
        _port.Stop();
        Configure();
        _port.Dispose();
        Assert.Equal(PortState.Disposed, _port.State);
        Assert.Equal(["create", "start", "stop", "start", "stop", "create", "dispose"], _port.Calls);
    }

    [Fact]
    public void CallsOutOfOrderAreRefused()
    {
        AssertRefused("Created", _port.Start, _port.Stop, () => _port.AttachTap(null));
        Assert.Throws<InvalidOperationException>(() => _port.Config);
        Configure();
        _port.Start();
        AssertRefused("Started", _port.Start, Configure);
        Assert.Equal(["create", "start"], _port.Calls);
        _port.Dispose();
        Assert.All<Action>(
            [Configure, _port.Start, _port.Stop, () => _port.AttachTap(null), () => _port.SetPromiscuous(true), () => _port.SetAllMulticast(true)],
            call => Assert.Throws<ObjectDisposedException>(call));
    }

    [Fact]
    public void DisposeStopsARunningPortOnce()
    {
        Configure();
        _port.Start();
        _port.Dispose();
        _port.Dispose();

        Assert.Equal(["create", "start", "stop", "dispose"], _port.Calls);
    }

    [Fact]
    public void StoppingAStoppedPortDoesNothing()
    {
        Configure();
        _port.Stop();

        Assert.Equal(["create"], _port.Calls);
    }

    [Fact]
    public void DeviceThatFailsToStartLeavesThePortStopped()
    {
        Configure();
        FailIn("start");
        Assert.Throws<PollIOException>(_port.Start);

        Assert.Equal(PortState.Stopped, _port.State);
        Assert.Equal(0, _port.Rx.Receive(new Packet[1]));
        _port.OnCall = static _ => { };
        _port.Start();
        Assert.Equal(PortState.Started, _port.State);
    }

    [Fact]
    public void DeviceThatFailsToStopIsStoppedAllTheSame()
    {
        Configure();
        _port.Start();
        FailIn("stop");
        Assert.Throws<PollIOException>(_port.Stop);

        Assert.Equal(PortState.Stopped, _port.State);
        _port.Dispose();
        Assert.Equal(PortState.Disposed, _port.State);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("dispose")]
    public void DriverThatFailsInDisposeGivesBackPoolAndNumber(string call)
    {
        Configure();
        _port.Start();
        FailIn(call);
        Assert.Throws<PollIOException>(_port.Dispose);

        Assert.Equal(PortState.Disposed, _port.State);
        Assert.DoesNotContain(_port, Port.OpenPorts);
        Assert.Contains("dispose", _port.Calls);
        _pool.Dispose();
    }

    [Fact]
    public void ControlCallsFromAnLCoreAreRefused()
    {
        Configure();
        _port.Start();
        LCoreThread.Run(() => Assert.All<Action>(
            [Configure, _port.Start, _port.Stop, _port.Dispose, () => _port.AttachTap(null), () => _port.Change(() => { })],
            call => Assert.Contains("must not be called from one", Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal)));

        Assert.Equal(PortState.Started, _port.State);
    }

    [Fact]
    public void QueuesAreClosedUnlessThePortRuns()
    {
        Configure();
        _port.Rx.Endless = true;
        Packet packet = _pool.Take();
        var burst = new Packet[1];

        Assert.Equal(0, _port.Rx.Receive(burst));
        Assert.Equal(0, _port.Tx.Transmit([packet]));
        _port.Start();
        Assert.Equal(1, _port.Rx.Receive(burst));
        Assert.Equal(1, _port.Tx.Transmit(burst));
        _port.Stop();
        Assert.Equal(0, _port.Rx.Receive(burst));
        Assert.Equal(0, _port.Tx.Transmit([packet]));
        Assert.Equal((0, 0), (_port.Rx.Violations, _port.Tx.Violations));
        packet.Free();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void NumberOfADisposedPortIsUsedAgain()
    {
        // Other tests open ports at the same time, so the lowest free number is not known; but it stays small.
        for (int i = 0; i < 500; i++)
        {
            using var port = new FakePort("fake:number");
            Assert.Contains(port, Port.OpenPorts);
            Assert.InRange(port.Id, 0, 300);
        }
    }

    private void Configure() => _port.Configure(new PortConfig { Pool = _pool });

    private void FailIn(string call) => _port.OnCall = now =>
    {
        if (now == call)
        {
            throw new PollIOException(call, _port.Name, "the test says so");
        }
    };

    private static void AssertRefused(string state, params Action[] calls) => Assert.All(
        calls, call => Assert.Contains(state, Assert.Throws<InvalidOperationException>(call).Message, StringComparison.Ordinal));
}
