namespace PollIO.SideBySide.Workers;

/// <summary>How a pool is used: packets are taken in bursts until some are kept, and given back in bursts.</summary>
/// <param name="Burst">Packets a call.</param>
/// <param name="Keep">Packets taken before they are given back; a multiple of the burst.</param>
/// <param name="Constant">Whether DPDK has the burst compiled in; the same to PollIO, which is measured again beside it.</param>
internal readonly record struct PoolShape(int Burst, int Keep, bool Constant)
{
    /// <summary>The shapes measured, of those mempool_perf_autotest has.</summary>
    internal static readonly PoolShape[] All =
    [
        .. from burst in (int[])[1, 8, 32]
           from keep in (int[])[32, 128]
           from constant in (bool[])[false, true]
           select new PoolShape(burst, keep, constant),
    ];

    internal string Key => $"burst{Burst}keep{Keep}{(Constant ? "const" : "")}";

    internal string Title => $"pool, burst {Burst}, keep {Keep}{(Constant ? ", const" : "")}";
}
