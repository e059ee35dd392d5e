namespace PollIO;

/// <summary>Offloads a queue can do on request.</summary>
[Flags]
public enum RxOffloads : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Verify IPv4, TCP and UDP checksums and say so in <see cref="PacketFlags"/>.</summary>
    Checksum = 1 << 0,

    /// <summary>Take VLAN tags out of the frame into <see cref="PacketMetadata.VlanTci"/>.</summary>
    VlanStrip = 1 << 1,

    /// <summary>Compute <see cref="PacketMetadata.RssHash"/>.</summary>
    RssHash = 1 << 2,

    /// <summary>Stamp arrival into <see cref="PacketMetadata.Timestamp"/>.</summary>
    Timestamp = 1 << 3,

    /// <summary>Receive frames longer than a data room as chains.</summary>
    Scatter = 1 << 4,
}

/// <summary>Offloads a TX queue can do on request.</summary>
[Flags]
public enum TxOffloads : uint
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Compute IPv4, TCP and UDP checksums.</summary>
    Checksum = 1 << 0,

    /// <summary>Insert a VLAN tag.</summary>
    VlanInsert = 1 << 1,

    /// <summary>Cut TCP payload into segments.</summary>
    TcpSegmentation = 1 << 2,
}

/// <summary>What a port can do; a configuration beyond it is refused with the reason.</summary>
public sealed record PortCapabilities
{
    /// <summary>Most RX queues.</summary>
    public int MaxRxQueues { get; init; } = 1;

    /// <summary>Most TX queues.</summary>
    public int MaxTxQueues { get; init; } = 1;

    /// <summary>Smallest ring, in descriptors.</summary>
    public int MinRingSize { get; init; } = 1;

    /// <summary>Largest ring, in descriptors.</summary>
    public int MaxRingSize { get; init; } = 32768;

    /// <summary>Ring used when none is asked for.</summary>
    public int DefaultRingSize { get; init; } = 512;

    /// <summary>TX ring used when none is asked for, where it is not <see cref="DefaultRingSize"/>; else 0.</summary>
    public int DefaultTxRingSize { get; init; }

    /// <summary>Packets a ring holds on to at once come from the pool; false for rings of the kernel or a file.</summary>
    public bool RingsHoldPackets { get; init; } = true;

    /// <summary>Most segments of one packet that can be sent.</summary>
    public int MaxSegments { get; init; } = ushort.MaxValue;

    /// <summary>Smallest data room the port can receive into, in bytes.</summary>
    public int MinDataRoom { get; init; } = 64;

    /// <summary>Largest MTU in bytes (payload of the Ethernet frame).</summary>
    public int MaxMtu { get; init; } = 65535;

    /// <summary>Bytes of headroom the driver wants in front of a packet it sends.</summary>
    public int TxHeadroom { get; init; }

    /// <summary>RX offloads there are.</summary>
    public RxOffloads RxOffloads { get; init; }

    /// <summary>TX offloads there are.</summary>
    public TxOffloads TxOffloads { get; init; }

    /// <summary>Whether <see cref="PacketFlags.ChecksumPartial"/> packets go out as they are; otherwise software finishes them.</summary>
    public bool SendsPartialChecksums { get; init; }

    /// <summary>Copies the CPU makes of a received packet's bytes: 0 with DMA into the pool, 1 for sockets and files.</summary>
    public int RxCopies { get; init; }

    /// <summary>Copies the CPU makes of a sent packet's bytes.</summary>
    public int TxCopies { get; init; }

    /// <summary>Whether a device reads and writes the pool's memory itself: the pool belongs on locked pages, best hugepages.</summary>
    public bool Dma { get; init; }

    /// <summary>Whether <see cref="RxQueue.InterruptDescriptor"/> can be waited on.</summary>
    public bool RxInterrupts { get; init; }

    /// <summary>Whether <see cref="Port.SetPromiscuous"/> works.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Whether <see cref="Port.SetAllMulticast"/> works.</summary>
    public bool AllMulticast { get; init; }

    /// <summary>Bytes of RSS key the port takes, 0 without RSS.</summary>
    public int RssKeyLength { get; init; }

    /// <summary>Entries of the RSS redirection table, 0 without RSS.</summary>
    public int RssTableLength { get; init; }

    /// <summary>Whether the port has link state of its own; without, the link is always up.</summary>
    public bool LinkState { get; init; }
}
