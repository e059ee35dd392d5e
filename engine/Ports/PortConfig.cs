namespace PollIO;

/// <summary>What an application asks of a port; offloads not asked for are not negotiated.</summary>
public sealed record PortConfig
{
    /// <summary>Where received packets come from, and where packets a TX port cannot reach are copied to.</summary>
    public required PacketPool Pool { get; init; }

    /// <summary>RX queues.</summary>
    public int RxQueues { get; init; } = 1;

    /// <summary>TX queues.</summary>
    public int TxQueues { get; init; } = 1;

    /// <summary>RX ring in descriptors, or 0 for the port's default.</summary>
    public int RxRingSize { get; init; }

    /// <summary>TX ring in descriptors, or 0 for the port's default.</summary>
    public int TxRingSize { get; init; }

    /// <summary>Largest burst the application will ask for.</summary>
    public int MaxBurst { get; init; } = 32;

    /// <summary>MTU in bytes, or 0 to keep the device's.</summary>
    public int Mtu { get; init; }

    /// <summary>Whether to receive frames for every address.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>RX offloads wanted.</summary>
    public RxOffloads RxOffloads { get; init; }

    /// <summary>TX offloads wanted.</summary>
    public TxOffloads TxOffloads { get; init; }

    /// <summary>RSS key, of the length the capabilities state; empty for the driver's own.</summary>
    public ReadOnlyMemory<byte> RssKey { get; init; }

    /// <summary>RSS redirection table: queue number by hash, of the length the capabilities state; empty for an even spread.</summary>
    public ReadOnlyMemory<ushort> RssTable { get; init; }
}
