using System.Globalization;
using PollIO.SideBySide.Contests;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Workers;

/// <summary>How a pool is used: packets are taken in bursts until some are kept, and given back in bursts.</summary>
/// <param name="Burst">Packets a call.</param>
/// <param name="Keep">Packets taken before they are given back; a multiple of the burst.</param>
internal readonly record struct PoolShape(int Burst, int Keep)
{
    /// <summary>The shapes measured, of those mempool_perf_autotest has.</summary>
    internal static readonly PoolShape[] All = [new(1, 32), new(1, 128), new(8, 32), new(8, 128), new(32, 32), new(32, 128)];

    private static readonly PlotKind s_rawPlot = PlotKind.CyclesByBurst("pool-raw", "Raw pool calls");
    private static readonly PlotKind s_callsPlot = PlotKind.CyclesByBurst("pool", "Pool calls");
    private static readonly PlotKind s_driverPlot = PlotKind.CyclesByBurst("pool-driver", "Packet source and sink");

    /// <summary>The row of the pool's raw calls, which look at no packet.</summary>
    internal Row RawRow => new($"raw-{Key}", $"raw pool calls, burst {Burst}, keep {Keep}", "cycles/packet", HigherIsBetter: false) { Places = PlacesIn(s_rawPlot) };

    /// <summary>The row of the pool's usual calls.</summary>
    internal Row CallsRow => new($"calls-{Key}", $"pool calls, burst {Burst}, keep {Keep}", "cycles/packet", HigherIsBetter: false) { Places = PlacesIn(s_callsPlot) };

    /// <summary>The row of what drivers use: a packet source and a packet sink.</summary>
    internal Row DriverRow => new($"driver-{Key}", $"source/sink, burst {Burst}, keep {Keep}", "cycles/packet", HigherIsBetter: false) { Places = PlacesIn(s_driverPlot) };

    /// <summary>The shape's name in what floor/dpdk_mbuf.c prints.</summary>
    internal string Key => $"burst{Burst}keep{Keep}";

    /// <summary>One figure of the other side for the rows that look at packets.</summary>
    internal void AddPacketsTo(Dictionary<string, double> values, double cycles)
    {
        values[CallsRow.Key] = cycles;
        values[DriverRow.Key] = cycles;
    }

    /// <summary>One figure of the other side for every row.</summary>
    internal void AddAllTo(Dictionary<string, double> values, double cycles)
    {
        values[RawRow.Key] = cycles;
        AddPacketsTo(values, cycles);
    }

    private PlotPlace[] PlacesIn(PlotKind plot) => [new(plot, Burst.ToString(CultureInfo.InvariantCulture), $"keep {Keep}")];
}
