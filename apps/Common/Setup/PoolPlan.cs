namespace PollIO.Apps.Common.Setup;

/// <summary>Computes the one pool all ports share from what they can hold.</summary>
/// <param name="Name">What errors call the pool.</param>
/// <param name="Queues">Queues of each port.</param>
/// <param name="Burst">Packets of one burst.</param>
/// <param name="Frame">Bytes of the longest packet the application makes itself.</param>
/// <param name="LCores">Lcores that get packets from the pool.</param>
/// <param name="Held">Packets the application keeps beside bursts.</param>
internal sealed record PoolPlan(string Name, int Queues, int Burst, int Frame, int LCores, int Held)
{
    private const int DefaultDataRoom = 2048;
    private const int DefaultHeadroom = 128;
    private const int CacheLine = 64;

    /// <summary>The options of a pool no port can drain: rings, caches, bursts, and what the application holds itself.</summary>
    /// <param name="ports">What every port can do.</param>
    internal PacketPoolOptions For(IReadOnlyList<PortCapabilities> ports)
    {
        // A cache that holds a few bursts seldom goes to the shared part.
        int cache = Math.Clamp(Burst * 4, 256, 2048);
        int rings = ports.Sum(port => port.RingsHoldPackets ? 2 * Queues * port.DefaultRingSize : 0);
        int bursts = ((ports.Count * Queues) + LCores) * (cache + Burst);
        return new PacketPoolOptions
        {
            Name = Name,
            Count = RoundUp(rings + bursts + Held),
            CacheSize = cache,
            DataRoom = RoundUp(Math.Max(Math.Max(DefaultDataRoom, Frame), ports.Max(port => port.MinDataRoom))),
            Headroom = RoundUp(Math.Max(DefaultHeadroom, ports.Max(port => port.TxHeadroom))),
            Lock = ports.Any(port => port.Dma),
        };
    }

    private static int RoundUp(int value) => (value + CacheLine - 1) / CacheLine * CacheLine;
}
