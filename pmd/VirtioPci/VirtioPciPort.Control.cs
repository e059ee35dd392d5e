using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;
using static PollIO.Pmd.Virtio.VirtioSpec;
using static PollIO.Pmd.VirtioPci.VirtioPciSpec;

namespace PollIO.Pmd.VirtioPci;

/// <summary>Link, resets the device asks for, and commands: all off the polling lcores.</summary>
internal sealed partial class VirtioPciPort
{
    // Class and command, then the tables of unicast and multicast addresses, both empty (§5.1.6.5.2).
    private static readonly byte[] s_noAddresses = new byte[8];

    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_commandPatience = TimeSpan.FromSeconds(5);

    private TimerDescriptor? _lookTimer;
    private long _deviceResets;

    /// <inheritdoc/>
    protected override void SetPromiscuousCore(bool enabled)
    {
        ThrowIfLost();
        _promiscuous = enabled;
        SetFilter(VIRTIO_NET_CTRL_RX_PROMISC, enabled);
    }

    /// <inheritdoc/>
    protected override void SetAllMulticastCore(bool enabled)
    {
        ThrowIfLost();
        _allMulticast = enabled;
        SetFilter(VIRTIO_NET_CTRL_RX_ALLMULTI, enabled);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<KeyValuePair<string, long>> GetExtendedCounters() =>
    [
        new("device_resets", _deviceResets),
        new("packed", Has(VIRTIO_F_RING_PACKED) ? 1 : 0),
        .. _violations.List(),
    ];

    private bool Has(ulong feature) => (_features & feature) != 0;

    private void StartWatching()
    {
        // Also where a change interrupts: a device that is gone does not, and its registers say so.
        _lookTimer = new TimerDescriptor(Name, s_lookInterval, OnLook, ControlLock);
        if (VirtioPciInterrupts.Choose(Device, _queues!.Rx.Count) is { } kind)
        {
            _interrupts = new VirtioPciInterrupts(Name, Device, _transport, kind, _queues.Interrupts, OnConfigChanged, ControlLock);
        }
    }

    private void StopWatching()
    {
        _lookTimer?.Dispose();
        _interrupts?.Dispose();
        (_lookTimer, _interrupts) = (null, null);
    }

    private void OnLook()
    {
        _queues!.ReportViolations(Name, _violations);
        if (IsWell() && _interrupts == null)
        {
            SetLink(ReadLink(_features));
        }
    }

    private void OnConfigChanged()
    {
        if (IsWell())
        {
            SetLink(ReadLink(_features));
        }
    }

    /// <summary>Whether the device is there and going; if not, what is to be done about it is done.</summary>
    private bool IsWell()
    {
        byte status = _transport.Status;
        if (status == Gone)
        {
            ReportLoss(PciLoss.Gone);
            return false;
        }

        if ((status & DEVICE_NEEDS_RESET) != 0)
        {
            Recover();
            return false;
        }

        return true;
    }

    /// <summary>The device has run into an error (virtio 1.2 §2.1.2): it is reset and set up anew. What it held is lost and counted.</summary>
    private void Recover()
    {
        _deviceResets++;
        try
        {
            ChangeQueues(() =>
            {
                _transport.Reset();
                _control = null;
                _queues!.ReleaseRings();
                BringUp();
            });
        }
        catch (PollIOException)
        {
            ReportLoss(PciLoss.Error);
        }
    }

    private LinkState ReadLink(ulong features)
    {
        bool hasStatus = (features & VIRTIO_NET_F_STATUS) != 0, hasSpeed = (features & VIRTIO_NET_F_SPEED_DUPLEX) != 0;
        return _transport.ReadConfig(config =>
        {
            bool isUp = !hasStatus || (config.Read16(NetStatus) & VIRTIO_NET_S_LINK_UP) != 0;

            // §5.1.4: anything above the largest signed number means that the speed is not known.
            int speed = hasSpeed && isUp ? Math.Max(0, (int)config.Read32(NetSpeed)) : 0;
            return new LinkState(isUp, speed, !hasSpeed || config.Read8(NetDuplex) is FullDuplex or byte.MaxValue);
        });
    }

    /// <summary>The queue for commands stands behind those of all pairs there are, or of the one without VIRTIO_NET_F_MQ (§5.1.2).</summary>
    private void CreateControl()
    {
        int queue = 2 * (Has(VIRTIO_NET_F_MQ) ? _facts.MaxPairs : 1);
        if (!Has(VIRTIO_NET_F_CTRL_VQ) || _transport.MaxSizeOf(queue) < VirtioPciQueues.ControlRingSize)
        {
            return;
        }

        DriverRingMemory memory = _queues!.ControlMemory;
        memory.Clear();
        QueueNotifier notifier = _transport.SetUp(queue, in memory, Has(VIRTIO_F_RING_PACKED), VIRTIO_MSI_NO_VECTOR);
        _control = DriverRings.CreateControl(memory, _features, notifier);
    }

    private void SetPairs()
    {
        if (Has(VIRTIO_NET_F_MQ))
        {
            Command("turn queue pairs on", VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, [(byte)_queues!.Pairs, (byte)(_queues.Pairs >> 8)]);
        }
    }

    private void SetFilters()
    {
        if (Has(VIRTIO_NET_F_CTRL_RX) && _control != null)
        {
            Command("set address filters", VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, s_noAddresses);
            SetFilter(VIRTIO_NET_CTRL_RX_PROMISC, _promiscuous);
            SetFilter(VIRTIO_NET_CTRL_RX_ALLMULTI, _allMulticast);
        }
    }

    /// <summary>A port that is stopped sets its filters when it starts.</summary>
    private void SetFilter(byte command, bool enabled)
    {
        if (_control != null)
        {
            Command("set address filters", VIRTIO_NET_CTRL_RX, command, [enabled ? (byte)1 : (byte)0]);
        }
    }

    private void Command(string what, byte group, byte command, ReadOnlySpan<byte> data)
    {
        if (_control?.Send(group, command, data, s_commandPatience) is not true and var answer)
        {
            throw new PollIOException(what, Name, answer is null ? "the device did not answer the command" : "the device refused the command");
        }
    }
}
