using System.Buffers.Binary;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.VhostUser;

/// <summary>The device's side of one connection: what the peer negotiated, its memory, its rings.</summary>
internal sealed partial class VhostBackend : IDisposable
{
    private const ulong ProtocolFeatures = VHOST_USER_PROTOCOL_F_MQ
        | VHOST_USER_PROTOCOL_F_LOG_SHMFD
        | VHOST_USER_PROTOCOL_F_REPLY_ACK
        | VHOST_USER_PROTOCOL_F_CONFIG
        | VHOST_USER_PROTOCOL_F_CONFIGURE_MEM_SLOTS;

    private const ulong TransportFeatures = VHOST_USER_F_PROTOCOL_FEATURES | VHOST_F_LOG_ALL;
    private const int MaxSlots = 32;

    private readonly VhostPort _port;
    private readonly VhostUserChannel _channel;
    private readonly ulong _offered;
    private readonly int _pairs;
    private readonly BackendRing[] _rings;
    private readonly RingCounters _violations;
    // Replaced whole: statistics are read on any thread.
    private PeerMapping[] _mappings = [];
    private ulong _protocolFeatures;
    private PeerMemory _memory = PeerMemory.Empty;
    private long _formerFaults;

    /// <param name="port">The port; its queues get the rings.</param>
    /// <param name="channel">The connection.</param>
    /// <param name="offered">Device features offered.</param>
    /// <param name="pairs">Queue pairs offered.</param>
    /// <param name="violations">Counts what the peer does wrong in rings.</param>
    internal VhostBackend(VhostPort port, VhostUserChannel channel, ulong offered, int pairs, RingCounters violations)
    {
        _violations = violations;
        _port = port;
        _channel = channel;
        _offered = offered;
        _pairs = pairs;
        _rings = [.. Enumerable.Range(0, pairs * 2).Select(index => new BackendRing(index))];
    }

    /// <summary>Features in force.</summary>
    internal ulong Features { get; private set; }

    /// <summary>Whether a queue pair runs.</summary>
    internal bool IsUp => Enumerable.Range(0, _pairs).Any(pair => IsServed(_rings[2 * pair]) && IsServed(_rings[(2 * pair) + 1]));

    /// <summary>Pages the peer took away from memory it shares.</summary>
    internal long Faults => _formerFaults + Mapped.Sum(mapping => mapping.Faults);

    /// <summary>Regions and logs mapped that neither a seal nor the guard protects.</summary>
    internal int UnguardedRegions => Mapped.Count(mapping => !mapping.IsGuarded);

    private IEnumerable<PeerMapping> Mapped => _logMapping is { } log ? _mappings.Append(log) : _mappings;

    /// <summary>Stops the rings and gives back everything of the peer's. No lcore is inside the queues.</summary>
    public void Dispose()
    {
        Report();
        foreach (BackendRing ring in _rings)
        {
            Attach(ring, null);
            ring.Clear();
        }

        Array.ForEach(_mappings, Unmap);
        _mappings = [];
        UnmapLog();
    }

    /// <summary>Counts the violations rings have stopped for since the last call, and tells the peer.</summary>
    internal void Report() => Array.ForEach(_rings, Report);

    /// <summary>Does what a message asks, and answers it.</summary>
    /// <exception cref="VhostUserException">It is against the protocol.</exception>
    internal void Handle(VhostUserMessage message)
    {
        if (message.IsReply)
        {
            throw new VhostUserException($"a reply to request {message.Request} came, and nothing was asked");
        }

        ulong result = 0;
        switch (message.Request)
        {
            case VHOST_USER_GET_FEATURES:
                Reply(message, _offered | TransportFeatures);
                return;
            case VHOST_USER_GET_PROTOCOL_FEATURES:
                Reply(message, ProtocolFeatures);
                return;
            case VHOST_USER_GET_QUEUE_NUM:
                Reply(message, (ulong)_pairs);
                return;
            case VHOST_USER_GET_MAX_MEM_SLOTS:
                Reply(message, MaxSlots);
                return;
            case VHOST_USER_GET_VRING_BASE:
                StopRing(message);
                return;
            case VHOST_USER_SET_LOG_BASE when TrySetLog(message):
                // Answered whether or not the peer asks for it (Communication).
                Reply(message, 0);
                return;
            case VHOST_USER_GET_CONFIG:
                ReplyConfig(message);
                return;
            default:
                result = Apply(message) ? 0UL : 1UL;
                break;
        }

        if (message.NeedsReply && (_protocolFeatures & VHOST_USER_PROTOCOL_F_REPLY_ACK) != 0)
        {
            Reply(message, result);
        }
    }

    /// <returns>False when the request is not one of those there are.</returns>
    private bool Apply(VhostUserMessage message)
    {
        switch (message.Request)
        {
            case VHOST_USER_SET_OWNER:
                return true;
            case VHOST_USER_RESET_OWNER:
                return true;
            case VHOST_USER_SET_FEATURES:
                SetFeatures(message.ReadUInt64(0));
                return true;
            case VHOST_USER_SET_PROTOCOL_FEATURES:
                _protocolFeatures = message.ReadUInt64(0) & ProtocolFeatures;
                return true;
            case VHOST_USER_SET_LOG_FD:
                // Whom to tell of marks: the peer may be told, and looks at the log anyway (Migration).
                return true;
            case VHOST_USER_SET_MEM_TABLE:
                SetMemory(message);
                return true;
            case VHOST_USER_ADD_MEM_REG:
                AddMemory(message);
                return true;
            case VHOST_USER_REM_MEM_REG:
                RemoveMemory(message);
                return true;
            default:
                return ApplyToRing(message);
        }
    }

    private bool IsServed(BackendRing ring) => ring.Running is { Violation: RingViolation.None } || !_port.HasQueue(ring.Index);

    private void SetFeatures(ulong features)
    {
        if ((features & ~(_offered | TransportFeatures)) != 0)
        {
            throw new VhostUserException($"features 0x{features & ~(_offered | TransportFeatures):x} were accepted, and not offered");
        }

        ChangeRings(() =>
        {
            Features = features;
            foreach (BackendRing ring in _rings)
            {
                // Without protocol features rings begin enabled (Starting and stopping rings).
                ring.IsEnabled |= (features & VHOST_USER_F_PROTOCOL_FEATURES) == 0;
            }
        });
    }

    private void Reply(VhostUserMessage message, ulong value)
    {
        Span<byte> payload = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, value);
        _channel.Send(message.Request, ReplyFlag, payload);
    }

    /// <summary>The device's configuration space (virtio 1.2 §5.1.4): MAC, status "link up", queue pairs.</summary>
    private void ReplyConfig(VhostUserMessage message)
    {
        const int header = 12;
        (uint offset, uint size, _) = (message.ReadUInt32(0), message.ReadUInt32(4), message.ReadUInt32(8));
        Span<byte> space = stackalloc byte[256];
        space.Clear();
        _ = _port.MacAddress.TryWriteBytes(space);
        space[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(space[8..], (ushort)_pairs);
        if (offset > space.Length || size > space.Length - offset)
        {
            _channel.Send(message.Request, ReplyFlag, []);
            return;
        }

        Span<byte> payload = stackalloc byte[header + space.Length];
        message.Payload[..header].CopyTo(payload);
        space.Slice((int)offset, (int)size).CopyTo(payload[header..]);
        _channel.Send(message.Request, ReplyFlag, payload[..(header + (int)size)]);
    }

    private void SetMemory(VhostUserMessage message)
    {
        const int header = 8;
        uint count = message.ReadUInt32(0);
        if (count > MaxDescriptors || message.DescriptorCount != count)
        {
            throw new VhostUserException($"a memory table of {count} regions came with {message.DescriptorCount} descriptors");
        }

        var mappings = new List<PeerMapping>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                mappings.Add(MapRegion(message, header + (i * RegionLength), i));
            }
        }
        catch
        {
            mappings.ForEach(mapping => mapping.Dispose());
            throw;
        }

        PeerMapping[] former = _mappings;
        ChangeRings(() => SetMappings([.. mappings]));
        Array.ForEach(former, Unmap);
    }

    private void AddMemory(VhostUserMessage message)
    {
        if (_mappings.Length == MaxSlots)
        {
            throw new VhostUserException($"more than {MaxSlots} memory regions were added");
        }

        PeerMapping added = MapRegion(message, sizeof(ulong), 0);
        ChangeRings(() => SetMappings([.. _mappings, added]));
    }

    private void RemoveMemory(VhostUserMessage message)
    {
        (ulong guest, ulong length, ulong user) = (message.ReadUInt64(8), message.ReadUInt64(16), message.ReadUInt64(24));
        PeerMapping removed = Array.Find(_mappings, mapping => mapping.Region.GuestStart == guest && mapping.Region.Length == length && mapping.Region.UserStart == user)
            ?? throw new VhostUserException("a memory region is taken away that was never there");
        ChangeRings(() => SetMappings([.. _mappings.Where(mapping => mapping != removed)]));
        Unmap(removed);
    }

    private static PeerMapping MapRegion(VhostUserMessage message, int offset, int descriptor) => PeerMapping.Create(
        message.ReadUInt64(offset),
        message.ReadUInt64(offset + 16),
        message.ReadUInt64(offset + 8),
        message.ReadUInt64(offset + 24),
        message.TakeDescriptor(descriptor));

    /// <summary>Unmaps what no ring uses any more, and remembers the pages it lost.</summary>
    private void Unmap(PeerMapping? mapping)
    {
        mapping?.Dispose();
        _formerFaults += mapping?.Faults ?? 0;
    }

    private void SetMappings(PeerMapping[] mappings)
    {
        _mappings = mappings;
        _memory = new PeerMemory([.. mappings.Select(mapping => mapping.Region)]);
    }
}
