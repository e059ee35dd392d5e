using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// <c>af_packet:eth0</c> — a kernel interface through packet sockets: frames come out of a ring the kernel shares with us and
/// go back with one system call a burst. The CPU copies every frame once each way.
/// </summary>
/// <remarks>
/// The kernel's own stack sees the frames too. Settings of the interface go with the sockets, also after a crash. Without
/// promiscuous mode the interface's own filter decides; one without a filter (veth, tap) passes everything. What arrives before
/// <see cref="Port.Start"/> or while the port is stopped is not received: <see cref="DropCause.Stopped"/>.
/// </remarks>
public sealed class AfPacketPort : Port
{
    private readonly int _version;
    private readonly int _blocks;
    private readonly PacketSocket _control;
    private readonly NetworkInterface _interface;
    private readonly HashSet<int> _memberships = [];
    private volatile AfPacketQueues? _queues;
    private LinkWatch? _watch;

    private AfPacketPort(string name, PacketSocket control, NetworkInterface networkInterface, int version, int blocks)
        : base(name, new PortCapabilities
        {
            MaxRxQueues = 16,
            MaxTxQueues = 16,
            RingsHoldPackets = false,
            MaxSegments = AfPacketTxQueue.MaxSegments,
            RxOffloads = RxOffloads.Timestamp | RxOffloads.VlanStrip | RxOffloads.Scatter,
            SendsPartialChecksums = true,
            RxCopies = 1,
            TxCopies = 1,
            RxInterrupts = true,
            Promiscuous = true,
            AllMulticast = true,
            LinkState = true,
        })
    {
        _control = control;
        _interface = networkInterface;
        _version = version;
        _blocks = blocks;
        UpdateLink();
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => _interface.MacAddress;

    /// <inheritdoc/>
    public override int Mtu => _interface.Mtu;

    internal static AfPacketPort Open(PortSpec spec)
    {
        int version = spec.GetInt32("version", fallback: 2, min: 2, max: 3);
        int blocks = spec.GetInt32("blocks", fallback: 0, min: 2, max: 4096);
        var control = new PacketSocket(spec.Text);
        try
        {
            NetworkInterface networkInterface = NetworkInterface.Find(control.Descriptor, spec.Address, spec.Text);
            control.Bind(networkInterface, receives: false);
            return new AfPacketPort(spec.Text, control, networkInterface, version, blocks);
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        ThrowUnlessPresent("configure");
        CheckMtu(config);
        AfPacketQueues queues = AfPacketQueues.Create(this, config, _interface, _version, _blocks);
        _queues?.Dispose();
        _queues = queues;
        return ([.. queues.Rx], [.. queues.Tx]);
    }

    /// <inheritdoc/>
    protected override void StartCore()
    {
        // Watched before it is looked at, so that no change falls in between.
        var watch = new LinkWatch(Name, OnLinkMessage, ControlLock);
        try
        {
            ThrowUnlessPresent("start");
            _queues!.Attach(_interface);
        }
        catch
        {
            watch.Dispose();
            throw;
        }

        _watch = watch;
        foreach (AfPacketRxQueue queue in _queues.Rx)
        {
            queue.PrepareStart();
        }
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        _watch?.Dispose();
        _watch = null;
        foreach (AfPacketRxQueue queue in _queues!.Rx)
        {
            queue.Stop();
        }
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        _queues?.Dispose();
        _control.Dispose();
    }

    /// <inheritdoc/>
    protected override void SetPromiscuousCore(bool enabled) => SetMembership(PACKET_MR_PROMISC, enabled);

    /// <inheritdoc/>
    protected override void SetAllMulticastCore(bool enabled) => SetMembership(PACKET_MR_ALLMULTI, enabled);

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters()
    {
        IReadOnlyList<AfPacketRxQueue> rx = _queues?.Rx ?? [];
        return
        [
            new("rx_oversized_frames", rx.Sum(queue => queue.Receiver.OversizedFrameCount)),
            new("rx_oversized_segments", rx.Sum(queue => queue.Receiver.SegmentCount)),
        ];
    }

    /// <summary>The kernel counts memberships, an application thinks of a switch.</summary>
    private void SetMembership(int type, bool member)
    {
        if (member != _memberships.Contains(type))
        {
            _control.SetMembership(_interface, type, member);
            _ = member ? _memberships.Add(type) : _memberships.Remove(type);
        }
    }

    private void CheckMtu(PortConfig config)
    {
        if (config.Mtu != 0 && config.Mtu != Mtu)
        {
            throw new PollIOException(
                "configure",
                Name,
                $"the interface's MTU is {Mtu}, and a packet socket does not change it to {config.Mtu}",
                remedy: $"ip link set {_interface.Name} mtu {config.Mtu}");
        }

        const int ethernetAndTwoTags = 14 + 8;
        if (config.RxQueues != 0 && Mtu + ethernetAndTwoTags > config.Pool.DataRoom && !config.RxOffloads.HasFlag(RxOffloads.Scatter))
        {
            throw new PollIOException(
                "configure",
                Name,
                $"frames of the interface's MTU {Mtu} exceed the pool's data room of {config.Pool.DataRoom} B",
                remedy: "take a larger data room, or receive into chains (RxOffloads.Scatter)");
        }
    }

    private void OnLinkMessage()
    {
        if (UpdateLink())
        {
            return;
        }

        PollIOException error = Gone("poll");
        // Receive queues last: their end ends the poll loop, and then all is to be seen.
        foreach (AfPacketTxQueue queue in _queues!.Tx)
        {
            queue.Fail(error);
        }

        foreach (AfPacketRxQueue queue in _queues.Rx)
        {
            queue.Fail(error);
        }
    }

    private void ThrowUnlessPresent(string operation)
    {
        if (!UpdateLink())
        {
            throw Gone(operation);
        }
    }

    private PollIOException Gone(string operation) => new(operation, Name, $"interface '{_interface.Name}' is gone");

    private bool UpdateLink()
    {
        bool found = _interface.TryRefresh(out LinkState link);
        SetLink(link);
        return found;
    }
}
