namespace PollIO.Tests.Ports;

public sealed class ConfigurationIsChecked : IDisposable
{
    private static readonly PortCapabilities s_capabilities = new()
    {
        MaxRxQueues = 2,
        MaxTxQueues = 2,
        MinRingSize = 16,
        MaxRingSize = 128,
        DefaultRingSize = 64,
        MinDataRoom = 128,
        MaxMtu = 1500,
        RxOffloads = RxOffloads.Checksum | RxOffloads.Scatter,
        TxOffloads = TxOffloads.VlanInsert,
        RssKeyLength = 40,
        RssTableLength = 4,
        Promiscuous = true,
    };

    private readonly PacketPool _pool = Pools.Create(count: 2000, cache: 64, dataRoom: 1024);
    private readonly FakePort _port = new("fake:checked", s_capabilities);

    public static TheoryData<string, string> Refused { get; } = new()
    {
        { "rx queues", "RX queues: 3 is outside 0 to 2" },
        { "negative queues", "RX queues: -1 is outside 0 to 2" },
        { "tx queues", "TX queues: 3 is outside 0 to 2" },
        { "no queue", "no queue was asked for" },
        { "small ring", "RX ring: 8 is outside 16 to 128" },
        { "large ring", "TX ring: 256 is outside 16 to 128" },
        { "no burst", "burst: 0 is outside 1 to 4096" },
        { "large burst", "burst: 4097 is outside 1 to 4096" },
        { "mtu above the port's", "MTU: 1501 is outside 0 to 1500" },
        { "negative mtu", "MTU: -1 is outside 0 to 1500" },
        { "mtu above the data room", "MTU 1400 exceed the pool's data room of 1024 B" },
        { "rx offload", "no RX offload VlanStrip" },
        { "tx offload", "no TX offload Checksum, TcpSegmentation" },
        { "rss key", "RSS key: 39 entries given, 40 wanted" },
        { "rss table", "RSS table: 5 entries given, 4 wanted" },
        { "rss table names no queue", "RSS table: it names RX queue 1 of 1" },
        { "data room", "data room of 64 B is below the 128 B" },
        { "pool too small", "has 300 packets, but rings, caches and bursts need 320" },
    };

    public void Dispose()
    {
        _port.Dispose();
        _pool.Dispose();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatThePortCannotDoIsRefusedWithTheReason(string what, string reason)
    {
        using PacketPool small = Pools.Create(count: 300, cache: 64, dataRoom: 64), few = Pools.Create(count: 300, cache: 64, dataRoom: 1024);
        PortConfig good = new() { Pool = _pool };
        PortConfig wrong = what switch
        {
            "rx queues" => good with { RxQueues = 3 },
            "negative queues" => good with { RxQueues = -1 },
            "tx queues" => good with { TxQueues = 3 },
            "no queue" => good with { RxQueues = 0, TxQueues = 0 },
            "small ring" => good with { RxRingSize = 8 },
            "large ring" => good with { TxRingSize = 256 },
            "no burst" => good with { MaxBurst = 0 },
            "large burst" => good with { MaxBurst = 4097 },
            "mtu above the port's" => good with { Mtu = 1501, RxOffloads = RxOffloads.Scatter },
            "negative mtu" => good with { Mtu = -1 },
            "mtu above the data room" => good with { Mtu = 1400 },
            "rx offload" => good with { RxOffloads = RxOffloads.Checksum | RxOffloads.VlanStrip },
            "tx offload" => good with { TxOffloads = TxOffloads.Checksum | TxOffloads.TcpSegmentation | TxOffloads.VlanInsert },
            "rss key" => good with { RssKey = new byte[39] },
            "rss table" => good with { RssTable = new ushort[5] },
            "rss table names no queue" => good with { RssTable = new ushort[] { 0, 0, 1, 0 } },
            "data room" => good with { Pool = small },

            // 2 rings of 112, and a cache of 64 with a burst of 32 for the one queue.
            "pool too small" => good with { Pool = few, RxRingSize = 112, TxRingSize = 112 },
            _ => throw new ArgumentException(what),
        };

        PollIOException error = Assert.Throws<PollIOException>(() => _port.Configure(wrong));

        Assert.Contains("fake:checked", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(PortState.Created, _port.State);
        Assert.Empty(_port.Calls);
    }

    [Fact]
    public void WhatThePortCanDoIsAccepted()
    {
        _port.Configure(new PortConfig
        {
            Pool = _pool,
            RxQueues = 2,
            TxQueues = 2,
            RxRingSize = 16,
            TxRingSize = 128,
            MaxBurst = 64,
            Mtu = 1500,
            RxOffloads = RxOffloads.Checksum | RxOffloads.Scatter,
            TxOffloads = TxOffloads.VlanInsert,
            RssKey = new byte[40],
            RssTable = new ushort[] { 0, 1, 0, 1 },
        });

        Assert.Equal((2, 2), (_port.RxQueues.Count, _port.TxQueues.Count));
        Assert.All(_port.RxQueues, queue => Assert.Same(_port, queue.Port));
        Assert.Equal([0, 1], _port.TxQueues.Select(queue => queue.Index));
    }

    [Fact]
    public void RingSizeIsThePortsDefaultUnlessAsked()
    {
        _port.Configure(new PortConfig { Pool = _pool, TxRingSize = 32 });

        Assert.Equal((64, 32), (_port.Config.RxRingSize, _port.Config.TxRingSize));
    }

    [Fact]
    public void PortThatOnlySendsNeedsNoRoomForItsMtu()
    {
        _port.Configure(new PortConfig { Pool = _pool, RxQueues = 0, Mtu = 1400 });

        Assert.Empty(_port.RxQueues);
    }

    [Fact]
    public void ModeThatIsNotThereIsRefused()
    {
        _port.SetPromiscuous(true);
        Assert.Contains("promiscuous True", _port.Calls);
        Assert.Contains("all-multicast", Assert.Throws<PollIOException>(() => _port.SetAllMulticast(true)).Message, StringComparison.Ordinal);
    }
}
