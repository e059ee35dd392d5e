using PollIO.Wire;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>
/// <c>af_packet:eth0</c> — a kernel interface through packet sockets: frames come out of a ring the kernel shares with us and
/// go back with one system call a burst. The CPU copies every frame once each way.
/// </summary>
/// <remarks>The kernel's own stack sees the frames too. Settings of the interface go with the sockets, also after a crash.</remarks>
public sealed class AfPacketPort : Port
{
    private const int DefaultBlocks = 32;
    private const uint SlotBlockSize = 128 << 10;
    private const uint CaptureBlockSize = 1 << 20;
    private const uint CaptureTimeoutMilliseconds = 10;

    // Slot header, address, alignment and virtio header before the frame, and a tag or two in it.
    private const int SlotOverhead = 128;

    private readonly int _version;
    private readonly int _blocks;
    private readonly PacketSocket _control;
    private readonly NetworkInterface _interface;
    private readonly List<PacketSocket> _sockets = [];
    private readonly List<FrameReceiver> _receivers = [];
    private LinkWatch? _watch;

    private AfPacketPort(string name, PacketSocket control, NetworkInterface networkInterface, int version, int blocks)
        : base(name, new PortCapabilities
        {
            MaxRxQueues = 16,
            MaxTxQueues = 16,
            RingsHoldPackets = false,
            MinRingSize = 1,
            MaxSegments = AfPacketTxQueue.MaxSegments,
            MaxMtu = networkInterface.Mtu,
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
    }

    /// <inheritdoc/>
    public override MacAddress MacAddress => _interface.MacAddress;

    /// <inheritdoc/>
    public override int Mtu => _interface.Mtu;

    internal static AfPacketPort Open(PortSpec spec)
    {
        int version = spec.GetInt32("version", fallback: 2, min: 2, max: 3);
        int blocks = spec.GetInt32("blocks", DefaultBlocks, min: 2, max: 4096);
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
        CloseQueues();
        try
        {
            ushort group = 0;
            var rx = new RxQueue[config.RxQueues];
            for (int i = 0; i < rx.Length; i++)
            {
                (rx[i], PacketSocket socket) = CreateRxQueue(i, config);
                if (rx.Length > 1)
                {
                    group = socket.JoinFanout(group);
                }
            }

            var tx = new TxQueue[config.TxQueues];
            for (int i = 0; i < tx.Length; i++)
            {
                PacketSocket socket = AddSocket();
                socket.Bind(_interface, receives: false);
                tx[i] = new AfPacketTxQueue(this, i, socket);
            }

            return (rx, tx);
        }
        catch
        {
            CloseQueues();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void StartCore()
    {
        UpdateLink();
        _watch = new LinkWatch(Name, OnLinkMessage);
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        _watch?.Dispose();
        _watch = null;
        foreach (AfPacketRxQueue queue in RxQueues.Cast<AfPacketRxQueue>())
        {
            queue.Stop();
        }
    }

    /// <inheritdoc/>
    protected override void DisposeCore()
    {
        CloseQueues();
        _control.Dispose();
    }

    /// <inheritdoc/>
    protected override void SetPromiscuousCore(bool enabled) => _control.SetMembership(_interface, PACKET_MR_PROMISC, enabled);

    /// <inheritdoc/>
    protected override void SetAllMulticastCore(bool enabled) => _control.SetMembership(_interface, PACKET_MR_ALLMULTI, enabled);

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters() =>
    [
        new("rx_oversized_frames", _receivers.Sum(receiver => receiver.OversizedFrameCount)),
        new("rx_oversized_segments", _receivers.Sum(receiver => receiver.SegmentCount)),
    ];

    private (RxQueue Queue, PacketSocket Socket) CreateRxQueue(int index, PortConfig config)
    {
        PacketSocket socket = AddSocket();
        var receiver = new FrameReceiver(this, config);
        _receivers.Add(receiver);
        TpacketReq3 request = RingOf(_version);
        socket.MapReceiveRing(_version == 2 ? TPACKET_V2 : TPACKET_V3, in request);
        socket.Bind(_interface, receives: true);
        RxQueue queue = _version == 2
            ? new SlotRxQueue(this, index, socket, receiver, in request)
            : new BlockRxQueue(this, index, socket, receiver, in request);
        return (queue, socket);
    }

    private TpacketReq3 RingOf(int version)
    {
        uint blockSize = version == 2 ? SlotBlockSize : CaptureBlockSize;
        uint slotSize = Math.Min(blockSize, uint.Max(2048, (uint)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_interface.Mtu + SlotOverhead))));
        return new TpacketReq3
        {
            BlockSize = blockSize,
            BlockCount = (uint)_blocks,
            FrameSize = slotSize,
            FrameCount = blockSize / slotSize * (uint)_blocks,
            RetireBlockTimeoutMilliseconds = CaptureTimeoutMilliseconds,
        };
    }

    private PacketSocket AddSocket()
    {
        var socket = new PacketSocket(Name);
        _sockets.Add(socket);
        socket.SetFrameOptions();
        return socket;
    }

    private void CloseQueues()
    {
        foreach (AfPacketTxQueue queue in TxQueues.OfType<AfPacketTxQueue>())
        {
            queue.Dispose();
        }

        _sockets.ForEach(socket => socket.Dispose());
        _sockets.Clear();
        _receivers.Clear();
    }

    private void OnLinkMessage()
    {
        if (!UpdateLink())
        {
            var error = new PollIOException("receive", Name, $"interface '{_interface.Name}' is gone");
            foreach (AfPacketRxQueue queue in RxQueues.Cast<AfPacketRxQueue>())
            {
                queue.Fail(error);
            }
        }
    }

    private bool UpdateLink()
    {
        bool found = _interface.TryReadLink(_control.Descriptor, out LinkState link);
        SetLink(link);
        return found;
    }
}
