using System.Numerics;
using static PollIO.Pmd.AfPacket.PacketSocketSpec;

namespace PollIO.Pmd.AfPacket;

/// <summary>The queues of one configuration, each with a socket of its own.</summary>
internal sealed class AfPacketQueues : IDisposable
{
    private const int DefaultBlocks = 32;
    private const uint SlotBlockSize = 128 << 10;
    private const uint CaptureBlockSize = 1 << 20;
    private const uint CaptureTimeoutMilliseconds = 10;

    // Slot header, address, alignment and virtio header before the frame, and a tag or two in it.
    private const int SlotOverhead = 128;
    private const int MinSlotSize = 2048;

    // Longer frames come by way of the socket, as oversized ones do: a ring of slots for a loopback's 64 KiB would be waste.
    private const int MaxSlotSize = 16 << 10;

    private readonly AfPacketRxQueue[] _rx;
    private readonly AfPacketTxQueue[] _tx;
    private bool _attached;

    private AfPacketQueues(int rxCount, int txCount)
    {
        _rx = new AfPacketRxQueue[rxCount];
        _tx = new AfPacketTxQueue[txCount];
    }

    internal IReadOnlyList<AfPacketRxQueue> Rx => _rx;

    internal IReadOnlyList<AfPacketTxQueue> Tx => _tx;

    /// <summary>Makes the queues; nothing is received until <see cref="Attach"/>.</summary>
    /// <param name="port">Whose queues they are.</param>
    /// <param name="config">The configuration, checked.</param>
    /// <param name="networkInterface">Where to.</param>
    /// <param name="version">2 for slots, 3 for blocks.</param>
    /// <param name="blocks">Blocks of a ring, or 0 for the default and at least <see cref="PortConfig.RxRingSize"/> slots.</param>
    /// <exception cref="PollIOException">The kernel refused.</exception>
    internal static AfPacketQueues Create(Port port, PortConfig config, NetworkInterface networkInterface, int version, int blocks)
    {
        var queues = new AfPacketQueues(config.RxQueues, config.TxQueues);
        try
        {
            for (int i = 0; i < queues._rx.Length; i++)
            {
                queues._rx[i] = CreateRx(port, i, config, networkInterface.Mtu, version, blocks);
            }

            for (int i = 0; i < queues._tx.Length; i++)
            {
                PacketSocket socket = OpenSocket(port);
                queues._tx[i] = new AfPacketTxQueue(port, i, socket);
                socket.Bind(networkInterface, receives: false);
            }

            return queues;
        }
        catch
        {
            queues.Dispose();
            throw;
        }
    }

    /// <summary>Begins to receive into the rings, the first time it is called.</summary>
    /// <exception cref="PollIOException">The kernel refused.</exception>
    internal void Attach(NetworkInterface networkInterface)
    {
        if (_attached)
        {
            return;
        }

        foreach (AfPacketRxQueue queue in _rx)
        {
            queue.Socket.Bind(networkInterface, receives: true);
        }

        ushort group = 0;
        foreach (AfPacketRxQueue queue in _rx.Length > 1 ? _rx : [])
        {
            group = queue.Socket.JoinFanout(group);
        }

        _attached = true;
    }

    public void Dispose()
    {
        foreach (IDisposable? queue in _rx.Cast<IDisposable?>().Concat(_tx))
        {
            queue?.Dispose();
        }
    }

    private static AfPacketRxQueue CreateRx(Port port, int index, PortConfig config, int mtu, int version, int blocks)
    {
        PacketSocket socket = OpenSocket(port);
        try
        {
            TpacketReq3 request = RingOf(version, blocks, mtu, config.RxRingSize);
            socket.MapReceiveRing(version == 2 ? TPACKET_V2 : TPACKET_V3, in request);
            var receiver = new FrameReceiver(port, config);
            return version == 2
                ? new SlotRxQueue(port, index, socket, receiver, in request)
                : new BlockRxQueue(port, index, socket, receiver, in request);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static TpacketReq3 RingOf(int version, int blocks, int mtu, int slots)
    {
        uint blockSize = version == 2 ? SlotBlockSize : CaptureBlockSize;
        uint slotSize = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(mtu + SlotOverhead, MinSlotSize, MaxSlotSize));
        uint slotsPerBlock = blockSize / slotSize;
        uint count = blocks != 0 ? (uint)blocks : Math.Max(DefaultBlocks, ((uint)slots + slotsPerBlock - 1) / slotsPerBlock);
        return new TpacketReq3
        {
            BlockSize = blockSize,
            BlockCount = count,
            FrameSize = slotSize,
            FrameCount = slotsPerBlock * count,
            RetireBlockTimeoutMilliseconds = CaptureTimeoutMilliseconds,
        };
    }

    private static PacketSocket OpenSocket(Port port)
    {
        var socket = new PacketSocket(port.Name);
        try
        {
            socket.SetFrameOptions();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
