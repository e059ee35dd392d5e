using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;
using PollIO.Wire;

namespace PollIO.Pmd.VhostUser;

/// <summary>
/// <c>vhost:/run/x.sock</c> — the device side of a virtio network device over a vhost-user socket: a virtual machine, a DPDK
/// application or PollIO's own <c>virtio-user:</c> connects. The CPU copies every frame once each way.
/// </summary>
/// <remarks>
/// Everything the peer writes is checked before use. A peer that breaks the rules of a ring stops that ring, one that breaks those
/// of the protocol loses its connection; both are counted. The link is up while a ring runs. A peer that goes costs the packets in
/// flight, and the next one finds the port waiting.
/// </remarks>
public sealed class VhostPort : Port, IPeerHandler
{
    private readonly SocketPath _path;
    private readonly bool _isServer;
    private readonly ulong _features;
    private readonly RingCounters _violations = new();
    private DeviceRxQueue[] _rx = [];
    private DeviceTxQueue[] _tx = [];
    private PeerConnection? _connection;
    private VhostBackend? _backend;
    private long _lostPages;
    private long _unloggedWrites;
    private long _disconnections;
    private long _protocolErrors;

    private VhostPort(PortSpec spec, SocketPath path, int queues, int size, ulong features)
        : base(spec.Text, new PortCapabilities
        {
            MaxRxQueues = queues,
            MaxTxQueues = queues,
            RingsHoldPackets = false,
            RxOffloads = RxOffloads.Scatter | RxOffloads.Checksum,
            TxOffloads = TxOffloads.Checksum,
            MaxMtu = 65535 - 14,
            RxCopies = 1,
            TxCopies = 1,
            LinkState = true,
            RxInterrupts = true,
        })
    {
        _path = path;
        _isServer = spec.GetSwitch("server", fallback: true);
        _features = features;
        MaxRingSize = size;
        SetLink(new LinkState(IsUp: false));
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => new(0x02_00_00_02_00_00UL | Id);

    /// <summary>Largest ring a peer may ask for.</summary>
    internal int MaxRingSize { get; }

    /// <summary>Counts what peers did wrong in rings.</summary>
    internal long Violations => _violations.Total;

    void IPeerHandler.OnConnected(VhostUserChannel channel) =>
        _backend = new VhostBackend(this, channel, OfferedFeatures(), Math.Max(_rx.Length, _tx.Length), _violations);

    void IPeerHandler.OnMessage(VhostUserMessage message)
    {
        _backend!.Handle(message);
        UpdateLink();
    }

    void IPeerHandler.OnTick()
    {
        _backend!.Report();
        UpdateLink();
        if (_backend.Faults != 0)
        {
            throw new VhostUserException("the peer took pages away from memory it shares");
        }
    }

    void IPeerHandler.OnDisconnected(string reason)
    {
        VhostBackend backend = _backend!;
        Change(backend.Dispose);
        _lostPages += backend.Faults;
        _unloggedWrites += backend.UnloggedWrites;
        _backend = null;
        UpdateLink();
    }

    internal static VhostPort Open(PortSpec spec)
    {
        var path = new SocketPath(spec.Address, spec.Text);
        int queues = spec.GetInt32("queues", fallback: 1, min: 1, max: 64);
        int size = spec.GetInt32("size", fallback: VirtioSpec.MaxRingSize, min: 2, max: VirtioSpec.MaxRingSize);
        ulong features = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_F_INDIRECT_DESC | VirtioSpec.VIRTIO_F_EVENT_IDX
            | (spec.GetSwitch("packed", fallback: true) ? VirtioSpec.VIRTIO_F_RING_PACKED : 0)
            | (spec.GetSwitch("in-order", fallback: true) ? VirtioSpec.VIRTIO_F_IN_ORDER : 0)
            | (spec.GetSwitch("mrg", fallback: true) ? VirtioSpec.VIRTIO_NET_F_MRG_RXBUF : 0);
        return new VhostPort(spec, path, queues, size, features);
    }

    /// <summary>Changes rings while no lcore is inside a queue.</summary>
    internal void Change(Action change) => ChangeQueues(change);

    /// <summary>Whether the port has the queue that ring <paramref name="index"/> belongs to.</summary>
    internal bool HasQueue(int index) => index / 2 < (index % 2 == 0 ? _tx.Length : _rx.Length);

    /// <summary>Makes the ring for a queue of this port.</summary>
    /// <returns>Null when the port has no such queue.</returns>
    internal DeviceRing? CreateRing(BackendRing ring, in DeviceRingPlace place, PeerMemory memory, ulong features, DeviceLogs logs)
    {
        if (!HasQueue(ring.Index))
        {
            return null;
        }

        EventNotifier notifier = ring.CreateNotifier();
        if (ring.Index % 2 == 0)
        {
            return DeviceRings.CreateTx(in place, memory, features, notifier, logs);
        }

        var options = new DeviceRxOptions(Config.Pool, _rx[ring.Index / 2], Config.RxOffloads.HasFlag(RxOffloads.Scatter));
        return DeviceRings.CreateRx(in place, memory, features, in options, notifier, logs);
    }

    /// <summary>Gives a queue its ring, or takes it away. No lcore is inside.</summary>
    internal void AttachRing(int index, DeviceRing? ring, int kick)
    {
        if (!HasQueue(index))
        {
            return;
        }

        if (index % 2 == 0)
        {
            _tx[index / 2].Ring = ring;
        }
        else
        {
            _rx[index / 2].Attach(ring, kick);
        }
    }

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        DeviceRxQueue[] rx = CreateRxQueues(config.RxQueues);
        DisposeCore();
        _rx = rx;
        _tx = [.. Enumerable.Range(0, config.TxQueues).Select(index => new DeviceTxQueue(this, index))];
        return ([.. _rx], [.. _tx]);
    }

    /// <inheritdoc/>
    protected override void StartCore() => _connection = new PeerConnection(_path, _isServer, Name, this, ControlLock);

    /// <inheritdoc/>
    protected override void StopCore()
    {
        _connection!.Dispose();
        _disconnections += _connection.Disconnections;
        _protocolErrors += _connection.ProtocolErrors;
        _connection = null;
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        Array.ForEach(_rx, queue => queue.Dispose());
        _rx = [];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters() =>
    [
        new("disconnections", _disconnections + (_connection?.Disconnections ?? 0)),
        new("protocol_errors", _protocolErrors + (_connection?.ProtocolErrors ?? 0)),
        new("lost_pages", _lostPages),
        new("unlogged_writes", _unloggedWrites + (_backend?.UnloggedWrites ?? 0)),
        new("unguarded_regions", _backend?.UnguardedRegions ?? 0),
        new("packed", (_backend?.Features & VirtioSpec.VIRTIO_F_RING_PACKED) > 0 ? 1 : 0),
        .. _violations.List(),
    ];

    private DeviceRxQueue[] CreateRxQueues(int count)
    {
        var made = new List<DeviceRxQueue>(count);
        try
        {
            for (int index = 0; index < count; index++)
            {
                made.Add(new DeviceRxQueue(this, index, new EventWatch(Name)));
            }
        }
        catch
        {
            made.ForEach(queue => queue.Dispose());
            throw;
        }

        return [.. made];
    }

    // Whoever keeps the guest's control queue asks it to announce itself where it was migrated to.
    private ulong OfferedFeatures() => _features
        | VirtioSpec.VIRTIO_NET_F_GUEST_ANNOUNCE
        | (Math.Max(_rx.Length, _tx.Length) > 1 ? VirtioSpec.VIRTIO_NET_F_MQ : 0)
        | (Config.RxOffloads.HasFlag(RxOffloads.Checksum) ? VirtioSpec.VIRTIO_NET_F_CSUM : 0)
        | (Config.TxOffloads.HasFlag(TxOffloads.Checksum) ? VirtioSpec.VIRTIO_NET_F_GUEST_CSUM : 0);

    private void UpdateLink() => SetLink(new LinkState(_backend?.IsUp == true));
}
