using PollIO.Apps.L2fwd.CommandLine;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>Computes the one pool all ports share from what they can hold.</summary>
internal static class PoolPlan
{
    private const int DefaultDataRoom = 2048;
    private const int DefaultHeadroom = 128;
    private const int CacheLine = 64;

    /// <summary>The options of a pool no port can drain: rings, caches, bursts, and what the application holds itself.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="ports">What every port can do.</param>
    /// <param name="lcores">Lcores that get packets from the pool.</param>
    /// <param name="held">Packets the application keeps beside bursts.</param>
    internal static PacketPoolOptions For(Options options, IReadOnlyList<PortCapabilities> ports, int lcores, int held)
    {
        // A cache that holds a few bursts seldom goes to the shared part.
        int cache = Math.Clamp(options.Burst * 4, 256, 2048);
        int rings = ports.Sum(port => port.RingsHoldPackets ? 2 * options.Queues * port.DefaultRingSize : 0);
        int bursts = ((ports.Count * options.Queues) + lcores) * (cache + options.Burst);
        return new PacketPoolOptions
        {
            Name = "l2fwd",
            Count = RoundUp(rings + bursts + held),
            CacheSize = cache,
            DataRoom = RoundUp(Math.Max(Math.Max(DefaultDataRoom, GeneratedSize(options)), ports.Max(port => port.MinDataRoom))),
            Headroom = RoundUp(Math.Max(DefaultHeadroom, ports.Max(port => port.TxHeadroom))),
        };
    }

    private static int GeneratedSize(Options options) =>
        options.IsEmbedded || options.Mode == ForwardingMode.TxOnly ? options.Size : 0;

    private static int RoundUp(int value) => (value + CacheLine - 1) / CacheLine * CacheLine;
}
