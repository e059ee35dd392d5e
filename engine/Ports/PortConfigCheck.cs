namespace PollIO;

/// <summary>Holds a configuration against a port's capabilities and refuses with the reason.</summary>
internal static class PortConfigCheck
{
    /// <summary>Packets the port may hold at once with <paramref name="config"/>: rings, caches and one burst a queue.</summary>
    internal static long PacketsHeld(PortCapabilities capabilities, PortConfig config)
    {
        long rings = capabilities.RingsHoldPackets
            ? ((long)config.RxQueues * config.RxRingSize) + ((long)config.TxQueues * config.TxRingSize)
            : 0;
        long queues = Math.Max(config.RxQueues, config.TxQueues);
        return rings + (queues * (config.Pool.Options.CacheSize + config.MaxBurst));
    }

    internal static void Check(Port port, PortConfig config)
    {
        PortCapabilities can = port.Capabilities;
        InRange(port, "RX queues", config.RxQueues, 0, can.MaxRxQueues);
        InRange(port, "TX queues", config.TxQueues, 0, can.MaxTxQueues);
        InRange(port, "RX ring", config.RxRingSize, can.MinRingSize, can.MaxRingSize);
        InRange(port, "TX ring", config.TxRingSize, can.MinRingSize, can.MaxRingSize);
        InRange(port, "burst", config.MaxBurst, 1, 4096);
        Refuse(port, config.RxQueues + config.TxQueues == 0, "no queue was asked for");
        Refuse(port, config.Pool.DataRoom < can.MinDataRoom, $"the pool's data room of {config.Pool.DataRoom} B is below the {can.MinDataRoom} B it needs");
        InRange(port, "MTU", config.Mtu, 0, can.MaxMtu);
        const int ethernetAndTwoTags = 14 + 8;
        Refuse(
            port,
            config.Mtu + ethernetAndTwoTags > config.Pool.DataRoom && config.Mtu != 0 && config.RxQueues != 0 && !config.RxOffloads.HasFlag(RxOffloads.Scatter),
            $"frames of MTU {config.Mtu} exceed the pool's data room of {config.Pool.DataRoom} B, and receiving into chains (RxOffloads.Scatter) was not asked for");
        Refuse(port, (config.RxOffloads & ~can.RxOffloads) != 0, $"it has no RX offload {config.RxOffloads & ~can.RxOffloads}");
        Refuse(port, (config.TxOffloads & ~can.TxOffloads) != 0, $"it has no TX offload {config.TxOffloads & ~can.TxOffloads}");
        RightLength(port, "RSS key", config.RssKey.Length, can.RssKeyLength);
        RightLength(port, "RSS table", config.RssTable.Length, can.RssTableLength);
        foreach (ushort queue in config.RssTable.Span)
        {
            Refuse(port, queue >= config.RxQueues, $"RSS table: it names RX queue {queue} of {config.RxQueues}");
        }
    }

    private static void InRange(Port port, string what, int value, int min, int max) =>
        Refuse(port, value < min || value > max, min > max || max == 0 ? $"it has no {what}" : $"{what}: {value} is outside {min} to {max}");

    private static void RightLength(Port port, string what, int length, int wanted) =>
        Refuse(port, length != 0 && length != wanted, wanted == 0 ? $"it has no {what}" : $"{what}: {length} entries given, {wanted} wanted");

    private static void Refuse(Port port, bool wrong, string reason)
    {
        if (wrong)
        {
            throw new PollIOException("configure", port.Name, reason);
        }
    }
}
