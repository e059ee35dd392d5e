using System.Diagnostics;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using PollIO.Wire;
using static PollIO.Pmd.Virtio.VirtioSpec;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>
/// A virtio network device on PCI, as hypervisors and some NICs have them: the modern interface, split and packed rings. Packets move by
/// DMA between the pool and the device, and the CPU copies none here.
/// </summary>
/// <remarks>
/// Start reading here; link, resets and commands are in VirtioPciPort.Control.cs, registers in <see cref="VirtioPciTransport"/>, rings
/// and packets in the driver side of the virtqueues, which virtio-user shares.
/// </remarks>
internal sealed partial class VirtioPciPort : PciPort
{
    private const int DefaultMtu = 1500;
    private const int HeaderAndTags = 14 + 8;
    private const int LargestFrame = 65535;
    private const int LargestDefaultRing = 1024;

    private static readonly TimeSpan s_drainTime = TimeSpan.FromMilliseconds(100);

    private readonly VirtioPciTransport _transport;
    private readonly VirtioNetFacts _facts;
    private readonly RingCounters _violations = new();
    private VirtioPciQueues? _queues;
    private VirtioPciInterrupts? _interrupts;
    private PciReachWatch? _reach;
    private DriverControlRing? _control;
    private ulong _features;
    private bool _promiscuous;
    private bool _allMulticast;
    private int _mtu;

    private VirtioPciPort(PortSpec spec, PciDevice device, VirtioPciTransport transport, VirtioNetFacts facts)
        : base(spec.Text, device, Describe(spec, device, facts))
    {
        _transport = transport;
        _facts = facts;
        _mtu = facts.Mtu == 0 ? DefaultMtu : facts.Mtu;
        MacAddress = facts.MacAddress ?? new MacAddress(0x02_00_00_03_00_00UL | Id);
        SetLink(ReadLink(facts.Features));
    }

    /// <summary>The driver's entry in <see cref="PciDrivers"/>.</summary>
    internal static PciDriver Driver { get; } =
        new("virtio-net", [new PciId(Vendor, NetworkCard), new PciId(Vendor, TransitionalNetworkCard)], Open);

    /// <inheritdoc/>
    public override MacAddress MacAddress { get; }

    /// <inheritdoc/>
    public override int Mtu => _mtu;

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        ThrowIfLost();
        CheckRings(config);
        CheckPool(config.Pool);
        bool interrupts = VirtioPciInterrupts.Choose(Device, config.RxQueues) != null;
        var queues = new VirtioPciQueues(this, Device, config, interrupts);
        _queues?.Dispose();
        _queues = queues;
        _mtu = config.Mtu != 0 ? config.Mtu : _facts.Mtu != 0 ? _facts.Mtu : DefaultMtu;
        return ([.. queues.Rx], [.. queues.Tx]);
    }

    /// <inheritdoc/>
    protected override void StartCore()
    {
        ThrowIfLost();
        try
        {
            StartWatching();
            BringUp();
            _reach = new PciReachWatch(Name, Device.Iova, Config.Pool, _queues!.SetReach);
            Device.Memory.Attach(_reach);
            SetLink(ReadLink(_features));
        }
        catch
        {
            StopCore();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void StopCore()
    {
        if (Loss == null)
        {
            StopWatching();
            Quiet();
            Device.DisableInterrupts();
            ForgetRings();
        }
    }

    private protected override void QuietCore(PciLoss reason)
    {
        StopWatching();
        if (reason != PciLoss.Gone)
        {
            Quiet();
        }
    }

    private protected override void AbandonCore(PollIOException error)
    {
        ForgetRings();
        _queues?.End(error);
    }

    private protected override void ReleaseCore()
    {
        StopWatching();
        ForgetRings();
        _queues?.Dispose();
        _queues = null;
    }

    private static VirtioPciPort Open(PortSpec spec, PciDevice device)
    {
        VirtioPciPort port;
        try
        {
            var transport = new VirtioPciTransport(spec.Text, device);
            VirtioNetFacts facts = VirtioNetFacts.Read(spec.Text, transport, device.Iova.IsIdentity);
            port = new VirtioPciPort(spec, device, transport, facts);
            transport.Reset();
        }
        catch
        {
            device.Dispose();
            throw;
        }

        return Own(port);
    }

    private static PortCapabilities Describe(PortSpec spec, PciDevice device, VirtioNetFacts facts)
    {
        int queues = spec.GetInt32("queues", fallback: facts.MaxPairs, min: 1, max: 256);
        if (queues > facts.MaxPairs)
        {
            throw new PollIOException(
                "open port",
                spec.Text,
                $"{queues} queues were asked for, and the device has {facts.MaxPairs} each way",
                remedy: facts.MaxPairs == 1 ? "for QEMU -device virtio-net-pci,mq=on with queues=N on its netdev" : null);
        }

        bool filters = (facts.Features & (VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX)) == (VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX);
        return new PortCapabilities
        {
            MaxRxQueues = queues,
            MaxTxQueues = queues,
            MinRingSize = VirtioPciQueues.MinRingSize,
            MaxRingSize = Math.Max(facts.RxRingSize, facts.TxRingSize),
            DefaultRingSize = spec.GetInt32("rxd", Math.Min(facts.RxRingSize, LargestDefaultRing), VirtioPciQueues.MinRingSize, facts.RxRingSize),
            DefaultTxRingSize = spec.GetInt32("txd", Math.Min(facts.TxRingSize, LargestDefaultRing), VirtioPciQueues.MinRingSize, facts.TxRingSize),
            MaxSegments = DriverTxRing.MaxSegments,
            MinDataRoom = MinReceiveRoom,
            TxHeadroom = VirtioNetHeader.Size,
            MaxMtu = facts.Mtu != 0 ? facts.Mtu : LargestFrame - HeaderAndTags,
            RxOffloads = VirtioNetFeatures.RxOffloadsOf(facts.Features),
            TxOffloads = VirtioNetFeatures.TxOffloadsOf(facts.Features),
            Dma = true,
            RxInterrupts = VirtioPciInterrupts.Choose(device, 1) != null,
            Promiscuous = filters,
            AllMulticast = filters,
            LinkState = true,
        };
    }

    private void CheckRings(PortConfig config)
    {
        foreach ((string name, int size, int largest) in new[] { ("rxd", config.RxRingSize, _facts.RxRingSize), ("txd", config.TxRingSize, _facts.TxRingSize) })
        {
            if (!int.IsPow2(size) || size > largest)
            {
                throw new PollIOException("configure", Name, $"{name}={size}: a power of two up to the device's {largest} is wanted");
            }
        }

        // The device spreads what it receives over all pairs that are on (virtio 1.2 §5.1.6.5.5).
        if (config.RxQueues != 0 && config.RxQueues < config.TxQueues)
        {
            throw new PollIOException(
                "configure", Name, $"{config.TxQueues} TX queues are {config.TxQueues} pairs, and {config.RxQueues} RX queues would leave packets in the others", remedy: "ask for as many RX queues as TX queues");
        }
    }

    private void CheckPool(PacketPool pool)
    {
        PciReach.Check(Name, Device, pool);
        if (pool.Headroom < VirtioNetHeader.Size)
        {
            throw new PollIOException("configure", Name, $"the pool's packets have {pool.Headroom} B of headroom, and a received one's header takes {VirtioNetHeader.Size}");
        }
    }

    /// <summary>Sets the device up from a reset to packets moving (virtio 1.2 §3.1.1).</summary>
    private void BringUp()
    {
        _transport.Reset();
        ulong offered = _transport.Greet();
        VirtioNetFeatures.Require(Name, offered, Device.Iova.IsIdentity);
        _features = VirtioNetFeatures.Choose(offered & _facts.Features, Config);
        _transport.Accept(_features);
        _transport.SetConfigVector(_interrupts?.ConfigVector ?? VIRTIO_MSI_NO_VECTOR);
        _queues!.CreateRings(_transport, _features, Config, _mtu + HeaderAndTags, queue => _interrupts?.VectorOf(queue) ?? VIRTIO_MSI_NO_VECTOR);
        CreateControl();
        Device.SetBusMaster(enabled: true);
        _transport.Go();
        SetPairs();
        SetFilters();
        _queues.AttachRings();
    }

    /// <summary>Lets the device finish what it was given to send, and stops it; from then on it reaches no memory.</summary>
    private void Quiet()
    {
        long start = Stopwatch.GetTimestamp();
        var wait = new SpinWait();
        while (!_queues!.IsDrained && _transport.Status != Gone && Stopwatch.GetElapsedTime(start) < s_drainTime)
        {
            wait.SpinOnce();
        }

        try
        {
            _transport.Reset();
        }
        catch (PollIOException)
        {
            ReportLoss(PciLoss.Gone);
        }

        Device.SetBusMaster(enabled: false);
    }

    private void ForgetRings()
    {
        if (_reach != null)
        {
            Device.Memory.Detach(_reach);
            _reach = null;
        }

        _control = null;
        _queues?.ReleaseRings();
        _queues?.SetReach(ReachTable.None);
    }
}
