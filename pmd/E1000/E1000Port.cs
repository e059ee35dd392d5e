using PollIO.Pmd.Pci;
using PollIO.Wire;

namespace PollIO.Pmd.E1000;

/// <summary>
/// A gigabit NIC of Intel's e1000 family: 8254x (PCI) and 82574 (PCIe). One queue each way; packets move by DMA between the pool
/// and the wire, and the CPU copies none.
/// </summary>
/// <remarks>Start reading here; link and counters are in E1000Port.Link.cs, registers in <see cref="E1000Hardware"/>, packets in the queues.</remarks>
internal sealed partial class E1000Port : PciPort
{
    private const int DefaultMtu = 1500;
    private const int HeaderAndTags = 14 + 8;

    // What passes without RCTL.LPE, counted without the checksum (82574 datasheet §10.2).
    private const int MaxShortFrame = 1518;

    private readonly E1000Hardware _hardware;
    private readonly E1000RxInterrupt _rxInterrupt;
    private E1000Rings? _rings;
    private E1000RxQueue? _rx;
    private E1000TxQueue? _tx;
    private E1000Settings _settings;
    private bool _promiscuous;
    private bool _allMulticast;
    private int _mtu = DefaultMtu;
    private uint? _lastHead;

    private E1000Port(PortSpec spec, PciDevice device, E1000Hardware hardware, E1000RxInterrupt rxInterrupt)
        : base(spec.Text, device, Describe(spec, hardware.Chip, rxInterrupt.Kind != null))
    {
        _hardware = hardware;
        _rxInterrupt = rxInterrupt;
        UpdateLink();
    }

    /// <summary>The driver's entry in <see cref="PciDrivers"/>.</summary>
    internal static PciDriver Driver { get; } = new("e1000", E1000Chip.Ids, Open);

    /// <inheritdoc/>
    public override MacAddress MacAddress => _hardware.MacAddress;

    /// <inheritdoc/>
    public override int Mtu => _mtu;

    /// <inheritdoc/>
    protected override (RxQueue[] Rx, TxQueue[] Tx) CreateQueues(PortConfig config)
    {
        ThrowIfLost();
        int mtu = config.Mtu == 0 ? DefaultMtu : config.Mtu;
        CheckRings(config);
        CheckPool(config, mtu);
        var rings = new E1000Rings(Name, Device, config.RxRingSize, config.TxRingSize);
        ReleaseQueues();
        _rings = rings;
        _mtu = mtu;
        _rx = config.RxQueues == 0 ? null : CreateRxQueue(config, mtu + HeaderAndTags);
        _tx = config.TxQueues == 0 ? null : new E1000TxQueue(this, config, Device.Memory, Device.Iova, mtu + HeaderAndTags);
        _settings = new E1000Settings(
            rings.RxIova,
            config.RxRingSize,
            _rx?.BufferSize ?? 2048,
            rings.TxIova,
            config.TxRingSize,
            LongFrames: mtu > DefaultMtu,
            RxChecksum: config.RxOffloads.HasFlag(RxOffloads.Checksum),
            Vlan: config.RxOffloads.HasFlag(RxOffloads.VlanStrip) || config.TxOffloads.HasFlag(TxOffloads.VlanInsert));
        return (_rx == null ? [] : [_rx], _tx == null ? [] : [_tx]);
    }

    /// <inheritdoc/>
    protected override void StartCore()
    {
        ThrowIfLost();
        try
        {
            _hardware.Reset();
            ForgetStatistics();
            _hardware.Initialize(in _settings);
            _hardware.SetFilters(_promiscuous, _allMulticast);
            StartInterrupts();
            Device.SetBusMaster(enabled: true);
            AttachQueues();
            UpdateLink();
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
        if (Loss != null)
        {
            return;
        }

        uint head = Quiet();
        Device.DisableInterrupts();
        Device.SetBusMaster(enabled: false);
        _rx?.Reclaim();
        _tx?.ReclaimAll(head);
    }

    /// <inheritdoc/>
    protected override void SetPromiscuousCore(bool enabled)
    {
        ThrowIfLost();
        _promiscuous = enabled;
        _hardware.SetFilters(_promiscuous, _allMulticast);
    }

    /// <inheritdoc/>
    protected override void SetAllMulticastCore(bool enabled)
    {
        ThrowIfLost();
        _allMulticast = enabled;
        _hardware.SetFilters(_promiscuous, _allMulticast);
    }

    private protected override void QuietCore(PciLoss reason)
    {
        if (reason == PciLoss.Gone)
        {
            StopInterrupts();
            return;
        }

        _lastHead = Quiet();
    }

    private protected override void AbandonCore(PollIOException error)
    {
        _rx?.Abandon(error);
        _tx?.Abandon(error, _lastHead);
    }

    private protected override void ReleaseCore()
    {
        StopInterrupts();
        ReleaseQueues();
        _rxInterrupt.Dispose();
    }

    private static E1000Port Open(PortSpec spec, PciDevice device)
    {
        E1000RxInterrupt? interrupt = null;
        E1000Port port;
        try
        {
            E1000Chip chip = E1000Chip.Of(device.Id);
            var hardware = new E1000Hardware(spec.Text, device, chip);
            interrupt = new E1000RxInterrupt(spec.Text, device, ChooseInterrupts(device));
            port = new E1000Port(spec, device, hardware, interrupt);
        }
        catch
        {
            interrupt?.Dispose();
            device.Dispose();
            throw;
        }

        return Own(port);
    }

    /// <summary>MSI-X keeps packets and link apart; the other kinds carry packets only, and the link is looked at now and then.</summary>
    private static PciInterruptKind? ChooseInterrupts(PciDevice device) =>
        device.CountInterrupts(PciInterruptKind.MsiX) >= 2 ? PciInterruptKind.MsiX
        : device.CountInterrupts(PciInterruptKind.Msi) > 0 ? PciInterruptKind.Msi
        : device.CountInterrupts(PciInterruptKind.IntX) > 0 ? PciInterruptKind.IntX
        : null;

    private static PortCapabilities Describe(PortSpec spec, E1000Chip chip, bool interrupts)
    {
        if (spec.GetInt32("queues", fallback: 1, min: 1, max: 64) is > 1 and var queues)
        {
            throw new PollIOException("open port", spec.Text, $"{queues} queues were asked for, and the {chip.Name} has one each way");
        }

        return new PortCapabilities
        {
            MinRingSize = E1000TxQueue.MinRingSize,
            MaxRingSize = 4096,
            DefaultRingSize = spec.GetInt32("rxd", fallback: 512, E1000TxQueue.MinRingSize, 4096),
            DefaultTxRingSize = spec.GetInt32("txd", fallback: 512, E1000TxQueue.MinRingSize, 4096),
            MaxSegments = E1000TxQueue.MaxSegments,
            MinDataRoom = 256,
            MaxMtu = chip.MaxMtu,
            RxOffloads = RxOffloads.Checksum | RxOffloads.VlanStrip | RxOffloads.Scatter,
            TxOffloads = TxOffloads.Checksum | TxOffloads.VlanInsert,
            SendsPartialChecksums = true,
            Dma = true,
            RxInterrupts = interrupts,
            Promiscuous = true,
            AllMulticast = true,
            LinkState = true,
        };
    }

    private E1000RxQueue CreateRxQueue(PortConfig config, int maxFrame) => _hardware.Chip.Is82574
        ? new E1000FormatRxQueue<ExtendedRxFormat>(this, config, Device.Iova, maxFrame, _rxInterrupt)
        : new E1000FormatRxQueue<LegacyRxFormat>(this, config, Device.Iova, maxFrame, _rxInterrupt);

    private void CheckRings(PortConfig config)
    {
        foreach ((string name, int size) in new[] { ("rxd", config.RxRingSize), ("txd", config.TxRingSize) })
        {
            if (!int.IsPow2(size))
            {
                throw new PollIOException("configure", Name, $"{name}={size}: rings are powers of two", remedy: $"take {name}={1 << (int.Log2(size) + 1)}");
            }
        }
    }

    private void CheckPool(PortConfig config, int mtu)
    {
        PacketPool pool = config.Pool;
        PciReach.Check(Name, Device, pool);
        int frame = mtu > DefaultMtu ? mtu + HeaderAndTags : MaxShortFrame;
        int buffer = 1 << int.Log2(pool.DataRoom);
        if (config.RxQueues != 0 && frame > buffer && !config.RxOffloads.HasFlag(RxOffloads.Scatter))
        {
            throw new PollIOException(
                "configure",
                Name,
                $"frames of {frame} B exceed the {buffer} B the device is told of a data room of {pool.DataRoom} B",
                remedy: "take a data room of twice that, or receive into chains (RxOffloads.Scatter)");
        }
    }

    private unsafe void AttachQueues()
    {
        _rxInterrupt.Attach(_hardware.Registers);
        _tx?.Attach(_rings!.Tx, _hardware.Registers);
        if (_rx != null)
        {
            // The tail is written before the receiver runs: its first packet finds descriptors.
            _rx.Attach(_rings!.Rx, _hardware.Registers);
            _hardware.EnableReceive();
        }
    }

    /// <summary>Stops both directions, and what comes from the device beside packets.</summary>
    /// <returns>The transmit ring's head.</returns>
    private uint Quiet()
    {
        StopInterrupts();
        uint head = _hardware.Stop();
        ReadStatistics();
        return head;
    }

    private void ReleaseQueues()
    {
        _rx?.Dispose();
        _tx?.Dispose();
        _rings?.Dispose();
        (_rx, _tx, _rings) = (null, null, null);
    }
}
