namespace PollIO.Tests.Ports;

public sealed class ConfiguringAgain : IDisposable
{
    private readonly PacketPool _first = Pools.Create(name: "first"), _second = Pools.Create(name: "second");
    private readonly FakePort _port = new("fake:again");

    public void Dispose()
    {
        _port.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public void FormerPoolIsReturned()
    {
        _port.Configure(new PortConfig { Pool = _first });
        _port.Configure(new PortConfig { Pool = _second });

        _first.Dispose();
        Assert.Throws<InvalidOperationException>(_second.Dispose);
    }

    [Fact]
    public void RefusedConfigurationLeavesTheFormerInForce()
    {
        _port.Configure(new PortConfig { Pool = _first, MaxBurst = 16 });
        RxQueue queue = _port.RxQueues[0];
        Assert.Throws<PollIOException>(() => _port.Configure(new PortConfig { Pool = _second, RxQueues = 99 }));

        AssertFormerInForce(queue);
    }

    [Fact]
    public void PoolTooSmallLeavesTheFormerInForce()
    {
        _port.Configure(new PortConfig { Pool = _first, MaxBurst = 16 });
        RxQueue queue = _port.RxQueues[0];
        using PacketPool tiny = Pools.Create(count: 10);
        Assert.Throws<PollIOException>(() => _port.Configure(new PortConfig { Pool = tiny }));

        AssertFormerInForce(queue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DriverThatCannotMakeTheQueuesLeavesTheFormerInForce(bool samePool)
    {
        _port.Configure(new PortConfig { Pool = _first, MaxBurst = 16 });
        RxQueue queue = _port.RxQueues[0];
        _port.OnCall = static _ => throw new PollIOException("create", "fake:again", "the test says so");
        Assert.Throws<PollIOException>(() => _port.Configure(new PortConfig { Pool = samePool ? _first : _second, MaxBurst = 99 }));
        _port.OnCall = static _ => { };

        AssertFormerInForce(queue);
    }

    [Fact]
    public void FirstConfigurationThatFailsReturnsThePool()
    {
        _port.OnCall = static _ => throw new PollIOException("create", "fake:again", "the test says so");
        Assert.Throws<PollIOException>(() => _port.Configure(new PortConfig { Pool = _first }));
        _port.OnCall = static _ => { };

        Assert.Equal(PortState.Created, _port.State);
        _first.Dispose();
    }

    [Fact]
    public void PromiscuousModeIsSetOnNewQueuesAndTakenBack()
    {
        _port.Configure(new PortConfig { Pool = _first });
        _port.Configure(new PortConfig { Pool = _first, Promiscuous = true });
        _port.Configure(new PortConfig { Pool = _first, Promiscuous = true });
        _port.Configure(new PortConfig { Pool = _first });

        Assert.Equal(
            ["create", "create", "promiscuous True", "create", "promiscuous True", "create", "promiscuous False"], _port.Calls);
    }

    [Fact]
    public void DriverThatRefusesPromiscuousModeKeepsThePoolBorrowed()
    {
        _port.OnCall = static call =>
        {
            if (call.StartsWith("promiscuous", StringComparison.Ordinal))
            {
                throw new PollIOException(call, "fake:again", "the test says so");
            }
        };
        Assert.Throws<PollIOException>(() => _port.Configure(new PortConfig { Pool = _first, Promiscuous = true }));

        Assert.Equal(PortState.Stopped, _port.State);
        Assert.Same(_first, _port.Config.Pool);
        Assert.Throws<InvalidOperationException>(_first.Dispose);
        _port.OnCall = static _ => { };
    }

    [Fact]
    public void SeveralPortsShareAPoolUpToItsCount()
    {
        // Each port: two rings of 32, a cache of 64, a burst of 32.
        using PacketPool pool = Pools.Create(count: 2 * 160);
        using FakePort a = new("fake:a"), b = new("fake:b"), c = new("fake:c");
        a.Configure(new PortConfig { Pool = pool });
        b.Configure(new PortConfig { Pool = pool });
        PollIOException error = Assert.Throws<PollIOException>(() => c.Configure(new PortConfig { Pool = pool }));
        Assert.Contains("has 320 packets, but rings, caches and bursts need 480", error.Message, StringComparison.Ordinal);

        a.Dispose();
        c.Configure(new PortConfig { Pool = pool });
        Assert.Contains("fake:b, fake:c", Assert.Throws<InvalidOperationException>(pool.Dispose).Message, StringComparison.Ordinal);
        b.Dispose();
        c.Dispose();
    }

    private void AssertFormerInForce(RxQueue queue)
    {
        Assert.Equal(PortState.Stopped, _port.State);
        Assert.Equal(16, _port.Config.MaxBurst);
        Assert.Same(queue, _port.RxQueues[0]);
        Assert.Throws<InvalidOperationException>(_first.Dispose);
        _second.Dispose();
        _port.Start();
        _port.Stop();
        _port.Dispose();
        _first.Dispose();
    }
}
