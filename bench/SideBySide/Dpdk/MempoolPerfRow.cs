namespace PollIO.SideBySide.Dpdk;

/// <summary>One line of <c>mempool_perf_autotest</c>.</summary>
/// <param name="Cache">Objects a core may keep to itself.</param>
/// <param name="Cores">Cores that worked.</param>
/// <param name="GetBulk">Objects taken a call.</param>
/// <param name="PutBulk">Objects given back a call.</param>
/// <param name="Keep">Objects taken before they are given back.</param>
/// <param name="Constant">Whether the numbers were compiled in.</param>
internal readonly record struct MempoolPerfRow(int Cache, int Cores, int GetBulk, int PutBulk, int Keep, bool Constant);
