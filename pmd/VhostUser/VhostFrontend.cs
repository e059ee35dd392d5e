using System.Buffers.Binary;
using PollIO.Pmd.Virtio;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.VhostUser;

/// <summary>
/// The driver's side of one connection. Each conversation is written down from top to bottom as an iterator that yields where it
/// waits for an answer: nothing blocks the control thread, on which the answering port of the same process may have to run.
/// </summary>
internal sealed class VhostFrontend
{
    private const ulong WantedProtocolFeatures = VHOST_USER_PROTOCOL_F_MQ | VHOST_USER_PROTOCOL_F_REPLY_ACK;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly VirtioUserPort _port;
    private readonly VhostUserChannel _channel;
    private readonly IReadOnlyList<FrontendRing> _rings;
    private readonly ulong _wanted;
    private IEnumerator<uint>? _conversation;
    private ulong _answer;
    private long _deadline;
    private bool _tableIsOld;
    private bool _hasReplyAck;

    /// <param name="port">The port.</param>
    /// <param name="channel">The connection.</param>
    /// <param name="rings">Its rings: receive and transmit of each pair in turn.</param>
    /// <param name="wanted">Device features wanted.</param>
    internal VhostFrontend(VirtioUserPort port, VhostUserChannel channel, IReadOnlyList<FrontendRing> rings, ulong wanted)
    {
        _port = port;
        _channel = channel;
        _rings = rings;
        _wanted = wanted;
    }

    /// <summary>Features in force.</summary>
    internal ulong Features { get; private set; }

    /// <summary>Whether the peer serves the rings.</summary>
    internal bool IsUp { get; private set; }

    /// <summary>Begins to negotiate.</summary>
    internal void Begin() => Converse(Negotiate());

    /// <summary>The peer is to get a new memory table, at once or when the present conversation is over.</summary>
    internal void RefreshTable()
    {
        _tableIsOld = true;
        Proceed();
    }

    /// <summary>Takes an answer.</summary>
    /// <exception cref="VhostUserException">It answers nothing that was asked.</exception>
    internal void Handle(VhostUserMessage message)
    {
        if (_conversation is null || !message.IsReply || message.Request != _conversation.Current)
        {
            throw new VhostUserException($"message {message.Request} came, and was not asked for");
        }

        // GET_VRING_BASE answers with the ring and its base, everything else with one number.
        _answer = message.ReadUInt64(0);
        Advance();
    }

    /// <summary>Gives up on a peer that does not answer.</summary>
    /// <exception cref="VhostUserException">It does not.</exception>
    internal void CheckTime()
    {
        if (_conversation is not null && Environment.TickCount64 > _deadline)
        {
            throw new VhostUserException($"request {_conversation.Current} was not answered within {s_patience.TotalSeconds} s");
        }
    }

    /// <summary>
    /// Asks the peer to leave the rings before their buffers are used for something else. Waits on the calling thread: the port stops,
    /// and its handlers do not run meanwhile.
    /// </summary>
    /// <param name="wait">Waits for the socket; false when there was nothing in time.</param>
    internal void StopRings(Func<bool> wait)
    {
        if (!IsUp)
        {
            return;
        }

        IsUp = false;
        Converse(Stop());
        while (_conversation is not null && wait())
        {
            while (_conversation is not null && _channel.TryReceive() is { } message)
            {
                Handle(message);
            }
        }
    }

    private IEnumerator<uint> Negotiate()
    {
        Send(VHOST_USER_SET_OWNER, []);
        Send(VHOST_USER_GET_FEATURES, []);
        yield return VHOST_USER_GET_FEATURES;
        ulong offered = _answer;
        Features = offered & (_wanted | VHOST_USER_F_PROTOCOL_FEATURES);
        if ((Features & VirtioSpec.VIRTIO_F_VERSION_1) == 0)
        {
            throw new VhostUserException("the peer does not offer VIRTIO_F_VERSION_1");
        }

        ulong protocol = 0;
        if ((offered & VHOST_USER_F_PROTOCOL_FEATURES) != 0)
        {
            Send(VHOST_USER_GET_PROTOCOL_FEATURES, []);
            yield return VHOST_USER_GET_PROTOCOL_FEATURES;
            protocol = _answer & WantedProtocolFeatures;
            SendNumber(VHOST_USER_SET_PROTOCOL_FEATURES, protocol);
        }

        _hasReplyAck = (protocol & VHOST_USER_PROTOCOL_F_REPLY_ACK) != 0;
        ulong pairs = 1;
        if ((protocol & VHOST_USER_PROTOCOL_F_MQ) != 0)
        {
            Send(VHOST_USER_GET_QUEUE_NUM, []);
            yield return VHOST_USER_GET_QUEUE_NUM;
            pairs = _answer;
        }

        if (pairs < (ulong)_rings.Count / 2)
        {
            throw new VhostUserException($"the peer has {pairs} queue pairs, and {_rings.Count / 2} are needed");
        }

        SendNumber(VHOST_USER_SET_FEATURES, Features);
        for (IEnumerator<uint> table = SendTable(); table.MoveNext();)
        {
            yield return table.Current;
        }

        _port.CreateRings(Features);
        foreach (FrontendRing ring in _rings)
        {
            SendRing(ring);
        }

        if ((offered & VHOST_USER_F_PROTOCOL_FEATURES) != 0)
        {
            foreach (FrontendRing ring in _rings)
            {
                SendState(VHOST_USER_SET_VRING_ENABLE, ring, 1);
            }
        }

        // What was sent before is done once this is answered.
        Send(VHOST_USER_GET_FEATURES, []);
        yield return VHOST_USER_GET_FEATURES;
        IsUp = true;
        _port.AttachRings();
    }

    private IEnumerator<uint> SendTable()
    {
        const int header = 8;
        _tableIsOld = false;
        IReadOnlyList<SharedFile> table = _port.CreateTable();
        var payload = new byte[header + (table.Count * RegionLength)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)table.Count);
        for (int i = 0; i < table.Count; i++)
        {
            Span<byte> entry = payload.AsSpan(header + (i * RegionLength));
            BinaryPrimitives.WriteUInt64LittleEndian(entry, (ulong)table[i].Range.Start);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], table[i].Range.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], (ulong)table[i].Range.Start);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[24..], (ulong)table[i].Offset);
        }

        int[] descriptors = [.. table.Select(file => file.Descriptor)];
        if (_hasReplyAck)
        {
            _channel.Send(VHOST_USER_SET_MEM_TABLE, NeedReplyFlag, payload, descriptors);
            yield return VHOST_USER_SET_MEM_TABLE;
            if (_answer != 0)
            {
                throw new VhostUserException("the peer refused the memory table");
            }
        }
        else
        {
            _channel.Send(VHOST_USER_SET_MEM_TABLE, 0, payload, descriptors);
            Send(VHOST_USER_GET_FEATURES, []);
            yield return VHOST_USER_GET_FEATURES;
        }

        _port.SetReach(table);
    }

    private IEnumerator<uint> Stop()
    {
        foreach (FrontendRing ring in _rings)
        {
            SendState(VHOST_USER_GET_VRING_BASE, ring, 0);
            yield return VHOST_USER_GET_VRING_BASE;
        }
    }

    /// <summary>Tells of one ring, in the order in which back-ends expect it.</summary>
    private void SendRing(FrontendRing ring)
    {
        bool packed = (Features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;
        SendDescriptor(VHOST_USER_SET_VRING_CALL, ring, ring.Call.Number);
        SendState(VHOST_USER_SET_VRING_NUM, ring, ring.Size);

        // A packed ring begins with wrap counters of 1.
        SendState(VHOST_USER_SET_VRING_BASE, ring, packed ? 0x8000u : 0);
        (ulong descriptors, ulong driver, ulong device) = ring.Memory.Addresses(packed);
        Span<byte> payload = stackalloc byte[40];
        payload.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)ring.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], descriptors);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[16..], device);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[24..], driver);
        Send(VHOST_USER_SET_VRING_ADDR, payload);
        SendDescriptor(VHOST_USER_SET_VRING_KICK, ring, ring.Kick.Number);
    }

    private void SendState(uint request, FrontendRing ring, uint value)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)ring.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], value);
        Send(request, payload);
    }

    private void SendDescriptor(uint request, FrontendRing ring, int descriptor)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, (ulong)ring.Index);
        _channel.Send(request, 0, payload, [descriptor]);
    }

    private void SendNumber(uint request, ulong value)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, value);
        Send(request, payload);
    }

    private void Send(uint request, ReadOnlySpan<byte> payload) => _channel.Send(request, 0, payload);

    private void Converse(IEnumerator<uint> conversation)
    {
        _conversation = conversation;
        Advance();
    }

    private void Advance()
    {
        _deadline = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        if (!_conversation!.MoveNext())
        {
            _conversation = null;
            Proceed();
        }
    }

    private void Proceed()
    {
        if (_conversation is null && IsUp && _tableIsOld)
        {
            Converse(SendTable());
        }
    }
}
