using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using PollIO.Wire;

namespace PollIO.Pmd.VhostUser;

/// <summary>
/// <c>virtio-user:/run/x.sock</c> — the driver side of a virtio network device over a vhost-user socket: <c>vhost:</c> of this or
/// another process, DPDK, or a software switch serves it. Packets are not copied here; the device side copies them once each way.
/// </summary>
/// <remarks>
/// The link is up while a device serves the rings. Without one, packets to send are dropped and counted; one that goes costs the
/// packets in flight, and the port connects anew.
/// </remarks>
public sealed class VirtioUserPort : Port, IPeerHandler
{
    private const int DefaultSize = 256;

    private readonly SocketPath _path;
    private readonly bool _isServer;
    private readonly ulong _wanted;
    private readonly SharedMemory _shared;
    private readonly EventDescriptor _tableChanged;
    private readonly RingCounters _violations = new();
    private VirtioUserQueues? _queues;
    private PeerConnection? _connection;
    private VhostUserChannel? _channel;
    private VhostFrontend? _frontend;
    private long _disconnections;
    private long _protocolErrors;

    private VirtioUserPort(PortSpec spec, SocketPath path, int queues, int size, ulong wanted)
        : base(spec.Text, new PortCapabilities
        {
            MaxRxQueues = queues,
            MaxTxQueues = queues,
            MinRingSize = 32,
            MaxRingSize = VirtioSpec.MaxRingSize,
            DefaultRingSize = size,
            MaxSegments = DriverTxRing.MaxSegments,
            MinDataRoom = VirtioSpec.MinReceiveRoom,
            TxHeadroom = VirtioNetHeader.Size,
            MaxMtu = 65535 - 14,
            RxOffloads = RxOffloads.Scatter | RxOffloads.Checksum,
            TxOffloads = TxOffloads.Checksum,
            LinkState = true,
            RxInterrupts = true,
        })
    {
        _path = path;
        _isServer = spec.GetSwitch("server", fallback: false);
        _wanted = wanted;
        _tableChanged = new EventDescriptor(spec.Text);
        _shared = new SharedMemory(spec.Text, _tableChanged.Signal);
        SetLink(new LinkState(IsUp: false));
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => new(0x02_00_00_03_00_00UL | Id);

    void IPeerHandler.OnConnected(VhostUserChannel channel)
    {
        _channel = channel;
        _frontend = new VhostFrontend(this, channel, _queues!.Rings, WantedFeatures());
        _frontend.Begin();
        UpdateLink();
    }

    void IPeerHandler.OnMessage(VhostUserMessage message)
    {
        _frontend!.Handle(message);
        UpdateLink();
    }

    void IPeerHandler.OnTick()
    {
        _frontend!.CheckTime();
        _queues!.Report(_violations);
        UpdateLink();
    }

    void IPeerHandler.OnDisconnected(string reason)
    {
        _queues!.Report(_violations);
        ChangeQueues(_queues.ReleaseRings);
        _frontend = null;
        _channel = null;
        UpdateLink();
    }

    internal static VirtioUserPort Open(PortSpec spec)
    {
        var path = new SocketPath(spec.Address, spec.Text);
        int queues = spec.GetInt32("queues", fallback: 1, min: 1, max: 64);
        int size = spec.GetInt32("size", DefaultSize, min: 32, max: VirtioSpec.MaxRingSize);
        if (!int.IsPow2(size))
        {
            throw new PollIOException("open port", spec.Text, $"size={size}: a power of two is wanted");
        }

        ulong wanted = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_F_INDIRECT_DESC | VirtioSpec.VIRTIO_F_EVENT_IDX
            | (spec.GetSwitch("packed", fallback: false) ? VirtioSpec.VIRTIO_F_RING_PACKED : 0)
            | (spec.GetSwitch("in-order", fallback: true) ? VirtioSpec.VIRTIO_F_IN_ORDER : 0)
            | (spec.GetSwitch("mrg", fallback: true) ? VirtioSpec.VIRTIO_NET_F_MRG_RXBUF : 0);
        return new VirtioUserPort(spec, path, queues, size, wanted);
    }

    /// <summary>The table of our memory: rings and pool first.</summary>
    internal IReadOnlyList<SharedFile> CreateTable() =>
        _shared.CreateTable([Config.Pool.Region, .. _queues!.Rings.Select(ring => ring.Region)]);

    /// <summary>The device reaches what is in a table it has taken.</summary>
    internal void SetReach(IReadOnlyList<SharedFile> table) => _queues!.SetReach(SharedMemory.CreateReach(table, Config.Pool.Region));

    /// <summary>Makes rings for a device that has not been told of them yet.</summary>
    internal void CreateRings(ulong features) => ChangeQueues(() => _queues!.CreateRings(features, Config));

    /// <summary>Gives the queues the rings made last: the device serves them.</summary>
    internal void AttachRings() => ChangeQueues(_queues!.AttachRings);

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        if (!int.IsPow2(config.RxRingSize) || !int.IsPow2(config.TxRingSize))
        {
            throw new PollIOException("configure", Name, $"rings of {config.RxRingSize} and {config.TxRingSize}: powers of two are wanted");
        }

        if (config.Pool.Headroom < VirtioNetHeader.Size)
        {
            throw new PollIOException("configure", Name, $"the pool's packets have {config.Pool.Headroom} B of headroom, and a received one's header takes {VirtioNetHeader.Size}");
        }

        var queues = new VirtioUserQueues(this, config);
        _queues?.Dispose();
        _queues = queues;
        return ([.. queues.Rx], [.. queues.Tx]);
    }

    /// <inheritdoc/>
    protected override void StartCore()
    {
        Config.Pool.Options.Memory.Attach(_shared);
        try
        {
            ControlThread.Shared.Register(_tableChanged.Number, OnTableChanged, ControlLock);
            _connection = new PeerConnection(_path, _isServer, Name, this, ControlLock);
        }
        catch
        {
            ControlThread.Shared.Unregister(_tableChanged.Number);
            Config.Pool.Options.Memory.Detach(_shared);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        ControlThread.Shared.Unregister(_tableChanged.Number);
        _connection!.Quiesce(() => _frontend?.StopRings(_channel!.WaitUntilReadable));
        _connection.Dispose();
        _disconnections += _connection.Disconnections;
        _protocolErrors += _connection.ProtocolErrors;
        _connection = null;
        Config.Pool.Options.Memory.Detach(_shared);
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        _queues?.Dispose();
        _tableChanged.Dispose();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters() =>
    [
        new("disconnections", _disconnections + (_connection?.Disconnections ?? 0)),
        new("protocol_errors", _protocolErrors + (_connection?.ProtocolErrors ?? 0)),
        new("packed", (_frontend?.Features & VirtioSpec.VIRTIO_F_RING_PACKED) > 0 ? 1 : 0),
        .. _violations.List(),
    ];

    private ulong WantedFeatures() => _wanted
        | (_queues!.Rings.Count > 2 ? VirtioSpec.VIRTIO_NET_F_MQ : 0)
        | (Config.RxOffloads.HasFlag(RxOffloads.Checksum) ? VirtioSpec.VIRTIO_NET_F_GUEST_CSUM : 0)
        | (Config.TxOffloads.HasFlag(TxOffloads.Checksum) ? VirtioSpec.VIRTIO_NET_F_CSUM : 0);

    private void OnTableChanged()
    {
        _tableChanged.Take();
        _connection?.Guarded(() => _frontend?.RefreshTable());
    }

    private void UpdateLink() => SetLink(new LinkState(_frontend?.IsUp == true && !_queues!.HasStopped));
}
